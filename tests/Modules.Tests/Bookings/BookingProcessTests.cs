using System.Text.RegularExpressions;
using EstoSpaces.Bookings;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>The one table that bookings live by: the verbs, the database and the documentation say the same.</summary>
public sealed partial class BookingProcessTests(WithProduct with) : IClassFixture<WithProduct>
{
    private static readonly DateTimeOffset InTime = SampleStay.BookedAt;

    /// <summary>Every verb with who calls it and a moment at which time is no hindrance.</summary>
    private static readonly (BookingTrigger Trigger, BookingActor Actor, Func<Booking, Result<BookingStep>> Call)[] Verbs =
    [
        (BookingTrigger.Accept, BookingActor.Host, b => b.Accept(b.HostId, SampleStay.Terms, InTime)),
        (BookingTrigger.Decline, BookingActor.Host, b => b.Decline(b.HostId, null, InTime)),
        (BookingTrigger.AcceptAnother, BookingActor.Host, b => b.GiveWay(b.HostId, InTime)),
        (BookingTrigger.Pay, BookingActor.Payment, b => b.Confirm(PaymentId.New(), SampleStay.Due(b), InTime)),
        (BookingTrigger.Lapse, BookingActor.Clock, b => b.Lapse(b.CheckInAt)),
        (BookingTrigger.Cancel, BookingActor.Guest, b => b.Cancel(b.GuestId, null, InTime)),
        (BookingTrigger.Cancel, BookingActor.Host, b => b.Cancel(b.HostId, null, InTime)),
        (BookingTrigger.OpenCheckIn, BookingActor.Clock, b => b.OpenCheckIn(b.CheckInAt)),
        (BookingTrigger.Complete, BookingActor.Clock, b => b.Complete(SampleStay.Terms, b.CheckOutAt.AddDays(1))),
        (BookingTrigger.Dispute, BookingActor.Payment, b => b.Dispute(b.PaymentId ?? PaymentId.New(), InTime)),
        (BookingTrigger.EndDispute, BookingActor.Payment, b => b.EndDispute(b.PaymentId ?? PaymentId.New(), b.CheckOutAt, 0)),
        (BookingTrigger.Void, BookingActor.Payment, b => b.EndDispute(b.PaymentId ?? PaymentId.New(), InTime, 0)),
    ];

    public static TheoryData<BookingStatus> Statuses => new(Enum.GetValues<BookingStatus>().Where(s => SampleStay.In(s) is not null));

    [Theory]
    [MemberData(nameof(Statuses))]
    public void From_each_status_a_verb_works_exactly_when_the_table_has_the_step(BookingStatus from)
    {
        foreach (var (trigger, actor, call) in Verbs)
        {
            var booking = SampleStay.In(from)!;
            var version = booking.Version;
            // A payment for a lapsed hold is a trigger of its own.
            var meant = trigger == BookingTrigger.Pay && from == BookingStatus.Expired ? BookingTrigger.PayLate : trigger;
            var expected = BookingProcess.Find(from, meant, actor);
            var step = call(booking);
            if (expected is null)
            {
                step.Refused.ShouldBeTrue($"{trigger} by {actor} of a booking that is {from}");
                booking.Status.ShouldBe(from);
                booking.Version.ShouldBe(version);
                continue;
            }
            step.Refused.ShouldBeFalse($"{trigger} by {actor} of a booking that is {from}: {step.Refusal}");
            step.Value.Transition.ShouldBe(expected);
            step.Value.Fact.GetType().ShouldBe(expected.Tells);
            step.Value.Fact.Subject.ShouldBe(booking.Id.ToString());
            booking.Status.ShouldBe(expected.To);
            booking.Version.ShouldBe(version + 1);
        }
    }

    [Fact]
    public void Every_status_that_waits_has_a_timer_that_ends_it()
    {
        foreach (var step in BookingProcess.Table.Where(t => t.To is BookingStatus.Requested or BookingStatus.PendingPayment or BookingStatus.Confirmed or BookingStatus.CheckedIn))
            step.Sets.ShouldNotBeNull($"{step.From} → {step.To}");
        foreach (var step in BookingProcess.Table.Where(t => t.From is not null && t.Actor != BookingActor.Clock && t.From is not (BookingStatus.Expired or BookingStatus.Completed or BookingStatus.Disputed)))
            step.Clears.ShouldNotBeNull($"{step.From} → {step.To} leaves a timer behind");
    }

    [Fact]
    public void Every_status_but_an_end_leads_to_one()
    {
        var ends = new HashSet<BookingStatus> { BookingStatus.Completed, BookingStatus.Declined, BookingStatus.Expired, BookingStatus.CancelledByGuest, BookingStatus.CancelledByHost };
        for (var grown = true; grown;) grown = BookingProcess.Table.Any(t => t.From is { } from && ends.Contains(t.To) && ends.Add(from));
        BookingProcess.Table.ShouldAllBe(t => ends.Contains(t.To));
    }

    [Fact]
    public async Task The_database_knows_the_same_steps()
    {
        var source = with.Product.Inside<NpgsqlDataSource>("bookings");
        var rows = new List<(string?, string)>();
        await using var read = source.CreateCommand("select from_status, to_status from booking_transitions");
        await using var reader = await read.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add((reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetString(1)));
        rows.ShouldBe(BookingProcess.Table.Select(t => (t.From is { } from ? Wire.Name(from) : null, Wire.Name(t.To))).Distinct(), ignoreOrder: true);
    }

    [Fact]
    public async Task The_database_refuses_every_other_step()
    {
        await using var connection = await with.Product.Inside<NpgsqlDataSource>("bookings").OpenConnectionAsync();
        var allowed = BookingProcess.Table.Where(t => t.From is not null).Select(t => (t.From!.Value, t.To)).ToHashSet();
        foreach (var from in Enum.GetValues<BookingStatus>())
            foreach (var to in Enum.GetValues<BookingStatus>().Where(to => to != from))
            {
                await using var transaction = await connection.BeginTransactionAsync();
                await using var row = new NpgsqlCommand($$"""
                    insert into bookings (id, reference, status, property_id, guest_id, host_id, check_in, check_out, check_in_at, check_out_at, guests, quote, listing, total_minor, currency, created_at, expires_at,
                        confirmed_at, payment_id, cancelled_at)
                    values (gen_random_uuid(), gen_random_uuid()::text, '{{Wire.Name(from)}}', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '2030-01-01', '2030-01-02', now(), now(), '{}', '{}', '{}', 1, 'EUR',
                        now(), now(), now(), gen_random_uuid(), case when '{{Wire.Name(from)}}' like 'cancelled%' then now() end) returning id
                    """, connection, transaction);
                var id = (Guid)(await row.ExecuteScalarAsync())!;
                await using var step = new NpgsqlCommand("update bookings set status = $2, cancelled_at = case when $2 like 'cancelled%' then now() end where id = $1", connection, transaction)
                { Parameters = { new() { Value = id }, new() { Value = Wire.Name(to) } } };
                if (allowed.Contains((from, to))) (await step.ExecuteNonQueryAsync()).ShouldBe(1);
                else (await Should.ThrowAsync<PostgresException>(() => step.ExecuteNonQueryAsync())).ConstraintName.ShouldBe("booking_transitions", $"{from} → {to}");
            }
    }

    [Fact]
    public void The_documentation_draws_the_same_steps()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs/modules/bookings.md"));
        DrawnStep().Matches(page).Select(m => m.Value.Trim()).ShouldBe(BookingProcess.Table.Select(t =>
            $"{(t.From is { } from ? Wire.Name(from) : "[*]")} --> {Wire.Name(t.To)}: {Wire.Name(t.Trigger).Replace('_', ' ')} ({Wire.Name(t.Actor)})"), ignoreOrder: true);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "EstoSpaces.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"^\s*\S+ --> \w+: .*$", RegexOptions.Multiline)]
    private static partial Regex DrawnStep();
}
