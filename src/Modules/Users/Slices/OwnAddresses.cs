using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>Somebody keeps his postal addresses, at most 20; one of them is the default. Addresses of others are as good as not there (address_not_found).</summary>
public static class OwnAddresses
{
    private const int Most = 20;

    public sealed record Request(string? Label, string? Line1, string? Line2, string? City, string? Region, string? PostalCode, string? CountryCode, bool? IsDefault) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Texts.Check(Label, "label", 0, 60);
            yield return Checks.Required(Line1, "line1");
            yield return Texts.Check(Line1, "line1", 1, 200);
            yield return Texts.Check(Line2, "line2", 0, 200);
            yield return Checks.Required(City, "city");
            yield return Texts.Check(City, "city", 1, 100);
            yield return Texts.Check(Region, "region", 0, 100);
            yield return Texts.Check(PostalCode, "postal_code", 0, 20);
            yield return Checks.Required(CountryCode, "country_code");
            yield return Texts.Country(CountryCode, "country_code");
        }
    }

    public sealed record Response(Guid Id, string? Label, string Line1, string? Line2, string City, string? Region, string? PostalCode, string CountryCode, bool IsDefault, DateTimeOffset CreatedAt);

    public static void Map(RouteGroupBuilder users)
    {
        users.MapGet("/addresses", List).WithName("ListAddresses").Produces<Page<Response>>();
        users.MapPost("/addresses", Create).WithName("CreateAddress").Produces<Response>(201);
        users.MapGet("/addresses/{id:guid}", Get).WithName("GetAddress").Produces<Response>();
        users.MapPut("/addresses/{id:guid}", Put).WithName("UpdateAddress").Produces<Response>();
        users.MapDelete("/addresses/{id:guid}", Delete).WithName("DeleteAddress").Produces(204);
    }

    private static async Task<IResult> List(Caller caller, UsersDb db, CancellationToken ct)
    {
        var addresses = await db.Addresses.AsNoTracking().Where(a => a.UserId == caller.UserId).OrderByDescending(a => a.IsDefault).ThenBy(a => a.CreatedAt).ToListAsync(ct);
        return Results.Ok(new Page<Response>([.. addresses.Select(View)], null));
    }

    private static async Task<IResult> Get(Guid id, Caller caller, HttpContext http, UsersDb db, CancellationToken ct)
    {
        if (await OwnAsync(id, caller, db, ct) is not { } address) return UserRefusals.AddressNotFound.ToProblem();
        Versions.Tag(http, address.Version);
        return Results.Ok(View(address));
    }

    private static async Task<IResult> Create(Request request, Caller caller, HttpContext http, UsersDb db, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await LockAsync(caller, db, ct);
        var have = await db.Addresses.CountAsync(a => a.UserId == caller.UserId, ct);
        if (have >= Most) return UserRefusals.TooManyAddresses.ToProblem();
        var address = new Address { Id = Guid.CreateVersion7(), UserId = caller.UserId, CreatedAt = clock.GetUtcNow() };
        await FillAsync(address, request, request.IsDefault == true || have == 0, db, ct);
        db.Addresses.Add(address);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Versions.Tag(http, address.Version);
        return Results.Created($"/api/v1/users/addresses/{address.Id}", View(address));
    }

    private static async Task<IResult> Put(Guid id, Request request, Caller caller, HttpContext http, UsersDb db, CancellationToken ct)
    {
        await using var transaction = await LockAsync(caller, db, ct);
        if (await OwnAsync(id, caller, db, ct) is not { } address) return UserRefusals.AddressNotFound.ToProblem();
        if (Versions.Check(http, address.Version) is { } stale) return stale.ToProblem();
        await FillAsync(address, request, request.IsDefault ?? address.IsDefault, db, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Versions.Tag(http, address.Version);
        return Results.Ok(View(address));
    }

    private static async Task<IResult> Delete(Guid id, Caller caller, UsersDb db, CancellationToken ct)
    {
        await using var transaction = await LockAsync(caller, db, ct);
        if (await OwnAsync(id, caller, db, ct) is not { } address) return UserRefusals.AddressNotFound.ToProblem();
        db.Addresses.Remove(address);
        await db.SaveChangesAsync(ct);
        // The oldest of the others becomes the default.
        if (address.IsDefault && await db.Addresses.Where(a => a.UserId == caller.UserId).OrderBy(a => a.CreatedAt).FirstOrDefaultAsync(ct) is { } next)
        {
            (next.IsDefault, next.Version) = (true, next.Version + 1);
            await db.SaveChangesAsync(ct);
        }
        await transaction.CommitAsync(ct);
        return Results.NoContent();
    }

    /// <summary>One change of somebody's addresses at a time: how many and which is the default is decided by looking at all of them.</summary>
    private static async Task<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> LockAsync(Caller caller, UsersDb db, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({caller.UserId.ToString()}, 0))", ct);
        return transaction;
    }

    private static async Task FillAsync(Address address, Request request, bool isDefault, UsersDb db, CancellationToken ct)
    {
        if (isDefault) await db.Database.ExecuteSqlAsync($"update user_addresses set is_default = false where user_id = {address.UserId.Value} and id <> {address.Id} and is_default", ct);
        (address.Label, address.Line1, address.Line2) = (Clean(request.Label), request.Line1!.Trim(), Clean(request.Line2));
        (address.City, address.Region, address.PostalCode) = (request.City!.Trim(), Clean(request.Region), Clean(request.PostalCode));
        (address.CountryCode, address.IsDefault, address.Version) = (request.CountryCode!.Trim().ToUpperInvariant(), isDefault, address.Version + 1);
    }

    private static Task<Address?> OwnAsync(Guid id, Caller caller, UsersDb db, CancellationToken ct) => db.Addresses.SingleOrDefaultAsync(a => a.Id == id && a.UserId == caller.UserId, ct);

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static Response View(Address a) => new(a.Id, a.Label, a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.CountryCode, a.IsDefault, a.CreatedAt);
}
