using EstoSpaces.Bookings;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>Takes a step of a booking inside the module, as its slices do: for histories that HTTP would make slow.</summary>
internal static class BookingRoom
{
    /// <summary>Null when the step was refused.</summary>
    public static async Task<BookingStep?> TakeAsync(TestProduct product, BookingId id, Func<Booking, DateTimeOffset, Result<BookingStep>> verb)
    {
        await using var scope = product.Inside<IServiceScopeFactory>("bookings").CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BookingsDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var booking = (await db.LoadInTurnAsync(id, CancellationToken.None))!;
        var step = verb(booking, product.Now);
        if (step.Refused) return null;
        await scope.ServiceProvider.GetRequiredService<BookingSteps>().WriteAsync(booking, step.Value, CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return step.Value;
    }
}
