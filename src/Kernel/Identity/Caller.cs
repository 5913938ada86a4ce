using System.Security.Claims;
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

    /// <summary>Null for strangers, and for other services.</summary>
    public static Caller? From(HttpContext http)
    {
        if (http.User.Identity is UserIdentity known) return known.Caller;
        // A policy that asks for several schemes puts their identities into one principal.
        foreach (var identity in http.User.Identities)
            if (identity is UserIdentity user) return user.Caller;
        return null;
    }

    internal static Caller? From(ClaimsIdentity claims)
    {
        if (!UserId.TryParse(claims.FindFirst("sub")?.Value, out var id)) return null;
        var roles = claims.FindAll("roles").Select(c => Wire.TryName<Role>(c.Value, out var role) ? role : Role.Guest).Distinct().ToArray();
        _ = Guid.TryParse(claims.FindFirst("sid")?.Value, out var session);
        return new Caller(id, roles, session, claims.FindFirst("email")?.Value ?? "", claims.FindFirst("email_verified")?.Value == "true");
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

    /// <summary>The scheme that checks access tokens of users.</summary>
    public const string UserScheme = "user-token";

    /// <summary>The scheme that checks tokens of services.</summary>
    public const string ServiceScheme = "service-token";
}
