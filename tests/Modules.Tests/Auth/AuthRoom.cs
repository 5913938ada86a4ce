using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;

namespace EstoSpaces.Modules.Tests.Auth;

/// <summary>What tests of accounts share: what auth told the others, and admins.</summary>
internal static class AuthRoom
{
    /// <summary>A field of the newest fact of a type about somebody; null when there is none.</summary>
    public static async Task<string?> ToldAsync(this TestProduct product, string type, UserId about, string field)
    {
        var rows = await product.Inside<NpgsqlDataSource>("auth").QueryAsync("select data ->> $3 from outbox where type = $1 and subject = $2 order by position desc limit 1",
            [type, about.ToString(), field], r => r.Text(0), default);
        return rows.Count == 0 ? null : rows[0];
    }

    public static async Task<long> CountToldAsync(this TestProduct product, string type, UserId about) => (await product.Inside<NpgsqlDataSource>("auth").QueryAsync(
        "select count(*) from outbox where type = $1 and subject = $2", [type, about.ToString()], r => r.GetInt64(0), default))[0];

    public static async Task<Person> NewAdminAsync(this TestProduct product)
    {
        var email = $"admin-{Guid.NewGuid():n}@example.com";
        const string password = "correct horse battery";
        using var services = product.ServiceClientOf("auth");
        await services.PostAsync("/internal/admins", new { email, password, name = "Root" }).ShouldBeAsync(200);
        var session = await product.Api.PostAsync("/api/v1/auth/login", new { email, password }).ReadAsync<SessionView>();
        return new Person(session.User.Id, email, password, product.SignedIn(session.AccessToken), session);
    }
}
