using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Kernel.Identity;

/// <summary>Who calls, from the access token. Take it as a parameter of a slice; <c>Caller?</c> where strangers are welcome too.</summary>
public sealed record Caller(UserId UserId, IReadOnlyList<Role> Roles, Guid SessionId, string Email, bool EmailVerified)
{
    public bool IsHost => Roles.Contains(Role.Host);
    public bool IsAdmin => Roles.Contains(Role.Admin);

    public static ValueTask<Caller?> BindAsync(HttpContext http) => ValueTask.FromResult(From(http));

    public static Caller? From(HttpContext http)
    {
        var user = http.User;
        if (user.Identity is not { IsAuthenticated: true, AuthenticationType: Policies.UserScheme } || !UserId.TryParse(user.FindFirst("sub")?.Value, out var id)) return null;
        var roles = user.FindAll("roles").Select(c => Wire.TryName<Role>(c.Value, out var role) ? role : Role.Guest).Distinct().ToArray();
        _ = Guid.TryParse(user.FindFirst("sid")?.Value, out var session);
        return new Caller(id, roles, session, user.FindFirst("email")?.Value ?? "", user.FindFirst("email_verified")?.Value == "true");
    }
}

/// <summary>Names of schemes and policies. Put a policy once on the group.</summary>
public static class Policies
{
    /// <summary>Anybody with a valid access token.</summary>
    public const string User = "user";

    public const string Host = "host";
    public const string Admin = "admin";

    /// <summary>Another service, with a service token. For everything under /internal.</summary>
    public const string Service = "service";

    internal const string UserScheme = "user-token";
    internal const string ServiceScheme = "service-token";
}
