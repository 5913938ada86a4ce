using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Testing;

/// <summary>Somebody with an account and a client that is signed in.</summary>
public sealed record Person(UserId Id, string Email, string Password, HttpClient Api, SessionView Session);

/// <summary>Makes people in a product.</summary>
public static class People
{
    public static Task<Person> NewGuestAsync(this TestProduct product, string? name = null) => product.NewPersonAsync(name, host: false);

    public static Task<Person> NewHostAsync(this TestProduct product, string? name = null) => product.NewPersonAsync(name, host: true);

    private static async Task<Person> NewPersonAsync(this TestProduct product, string? name, bool host)
    {
        var email = $"{(host ? "host" : "guest")}-{Guid.NewGuid():n}@example.com";
        const string password = "correct horse battery";
        var session = await product.Api.PostAsync("/api/v1/auth/register", new { email, password, name }).ReadAsync<SessionView>(201);
        if (host)
        {
            var become = SignedIn(product, session.AccessToken);
            session = await become.PostAsync("/api/v1/auth/become-host", new { }).ReadAsync<SessionView>();
        }
        return new Person(session.User.Id, email, password, SignedIn(product, session.AccessToken), session);
    }

    public static HttpClient SignedIn(this TestProduct product, string accessToken)
    {
        var client = product.ClientOf("gateway");
        client.DefaultRequestHeaders.Authorization = new("Bearer", accessToken);
        return client;
    }
}
