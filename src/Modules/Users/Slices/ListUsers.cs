using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Users;

/// <summary>An admin looks through the members, newest first: ?q= finds in address and names, ?role= keeps one role.</summary>
public static class ListUsers
{
    public sealed record Response(UserId Id, string Email, string DisplayName, string? FirstName, string? LastName, string? Phone, string? Country, IReadOnlyList<string> Roles, bool EmailVerified,
        DateTimeOffset CreatedAt, DateTimeOffset? ErasedAt);

    public static void Map(RouteGroupBuilder admin) => admin.MapGet("", Handle).WithName("ListUsers").Produces<Page<Response>>();

    private static async Task<IResult> Handle(string? q, string? role, PageRequest page, NpgsqlDataSource source, CancellationToken ct)
    {
        if (Texts.Check(q, "q", 0, 100) is { } bad) return bad.ToProblem();
        if (role is not null && !Wire.TryName<Contracts.Auth.Role>(role, out _)) return Refusal.Invalid("invalid_role", "role must be guest, host or admin.", "role").ToProblem();
        var after = page.TimeAndId();
        var pattern = string.IsNullOrWhiteSpace(q) ? null : "%" + q.Trim().Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
        var rows = await source.QueryAsync("""
            select user_id, email, coalesce(display_name, first_name, 'Guest'), first_name, last_name, phone, country, roles, email_verified, created_at, erased_at
            from user_profiles
            where ($1::text is null or email ilike $1 or display_name ilike $1 or concat_ws(' ', first_name, last_name) ilike $1)
              and ($2::text is null or $2 = any (roles))
              and ($3::timestamptz is null or (created_at, user_id) < ($3, $4::uuid))
            order by created_at desc, user_id desc limit $5
            """, [pattern, role, after?.At.ToUniversalTime(), after?.Id, page.Limit + 1],
            r => new Response(new UserId(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.Text(3), r.Text(4), r.Text(5), r.Text(6), r.GetFieldValue<string[]>(7), r.GetBoolean(8),
                r.GetFieldValue<DateTimeOffset>(9), r.Maybe<DateTimeOffset>(10)), ct);
        return Results.Ok(page.Cut(rows, r => (r.CreatedAt, r.Id.Value)));
    }
}
