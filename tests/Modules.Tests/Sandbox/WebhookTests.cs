using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EstoSpaces.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Sandbox;

/// <summary>With a product of its own: the switches hold for all of it.</summary>
public sealed class WebhookTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly CardNetwork cards = new(fixture.Product);

    [Fact]
    public async Task Every_event_is_signed_with_the_endpoints_secret()
    {
        await using var shop = await Shop.OpenAsync(cards);
        var paid = await cards.PayAsync("4242424242424242");
        var heard = await shop.HearsAsync("payment_intent.succeeded", paid["id"]!);
        var parts = heard.Signature.Split(',').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(shop.Secret), Encoding.UTF8.GetBytes(parts["t"] + "." + heard.Body)));
        parts["v1"].ShouldBe(expected);
        heard.Event.GetProperty("data").GetProperty("object").GetProperty("status").GetString().ShouldBe("succeeded");
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_until_it_is()
    {
        await using var shop = await Shop.OpenAsync(cards);
        shop.RefuseNext(3);
        var paid = await cards.PayAsync("4242424242424242");
        await shop.HearsAsync("payment_intent.succeeded", paid["id"]!);
        await Until.HoldsAsync(async () => (await cards.DeliveriesAsync(paid["id"]!)).All(d => d.GetProperty("state").GetString() == "delivered"), "all delivered");
        (await cards.DeliveriesAsync(paid["id"]!)).Max(d => d.GetProperty("attempts").GetInt32()).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Held_events_come_in_the_order_of_their_release()
    {
        await using var shop = await Shop.OpenAsync(cards);
        await cards.SwitchAsync(new { hold = true });
        var paid = await cards.PayAsync("4242424242424242");
        shop.Heard.ShouldBeEmpty();
        await cards.ReleaseAsync("reversed");
        await shop.HearsAsync("payment_intent.created", paid["id"]!);
        shop.Heard.Select(h => h.Type).ShouldBe(["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]);
    }

    [Fact]
    public async Task An_event_can_come_twice_or_not_at_all()
    {
        await using var shop = await Shop.OpenAsync(cards);
        await cards.SwitchAsync(new { drop_next = 1, duplicate_next = 1 });
        var open = await cards.OpenAsync();
        await cards.PostAsync($"payment_intents/{open["id"]}/cancel", []);
        await Until.HoldsAsync(() => Task.FromResult(shop.Heard.Count(h => h.Type == "payment_intent.canceled") == 2), "the cancellation twice");
        shop.Heard.ShouldAllBe(h => h.Type == "payment_intent.canceled");
        shop.Heard.Select(h => h.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_found_again_under_its_key()
    {
        var key = Guid.NewGuid().ToString();
        await cards.SwitchAsync(new { lose_answers = 1 });
        await Should.ThrowAsync<HttpRequestException>(() => cards.PayAsync("4242424242424242", 4321, key));
        var found = await cards.PayAsync("4242424242424242", 4321, key);
        found["status"].ShouldBe("succeeded");
        found.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
    }

    [Fact]
    public async Task A_failed_request_has_done_nothing()
    {
        var key = Guid.NewGuid().ToString();
        await cards.SwitchAsync(new { fail_requests = 1 });
        (await cards.PayAsync("4242424242424242", 1234, key)).Status.ShouldBe(500);
        var paid = await cards.PayAsync("4242424242424242", 1234, key);
        paid["status"].ShouldBe("succeeded");
        paid.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task The_post_goes_on_whatever_the_products_clock_says(int days)
    {
        fixture.Product.Clock.SetOffset(TimeSpan.FromDays(days));
        try
        {
            await using var shop = await Shop.OpenAsync(cards);
            var paid = await cards.PayAsync("4242424242424242");
            var heard = await shop.HearsAsync("payment_intent.succeeded", paid["id"]!);
            var signedAt = DateTimeOffset.FromUnixTimeSeconds(long.Parse(heard.Signature.Split(',')[0]["t=".Length..]));
            signedAt.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
            DateTimeOffset.FromUnixTimeSeconds(heard.Event.GetProperty("created").GetInt64()).ShouldBe(fixture.Product.Now, TimeSpan.FromMinutes(1));
        }
        finally { fixture.Product.Clock.SetOffset(TimeSpan.Zero); }
    }

    private sealed record Heard(string Id, string Type, string Subject, string Signature, string Body, JsonElement Event);

    /// <summary>Somebody who listens for webhooks, on a real port.</summary>
    private sealed class Shop(WebApplication web, CardNetwork cards) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Heard> heard = new();
        private int refuse;
        private string endpoint = "";

        public string Secret { get; private set; } = "";
        public IReadOnlyList<Heard> Heard => [.. heard];

        public static async Task<Shop> OpenAsync(CardNetwork cards)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var shop = new Shop(builder.Build(), cards);
            shop.StartTaking();
            await shop.RegisterAsync();
            return shop;
        }

        public void RefuseNext(int times) => Interlocked.Exchange(ref refuse, times);

        public Task<Heard> HearsAsync(string type, string subject) =>
            Until.HoldsAsync(() => Task.FromResult(heard.FirstOrDefault(h => h.Type == type && h.Subject == subject)), h => h is not null, $"{type} of {subject}")!;

        public async ValueTask DisposeAsync()
        {
            await cards.PostAsync("webhook_endpoints/" + endpoint, new() { ["disabled"] = "true" });
            await web.StopAsync();
            await web.DisposeAsync();
        }

        private void StartTaking() => web.MapPost("/hook", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            if (Interlocked.Decrement(ref refuse) >= 0)
            {
                http.Response.StatusCode = (int)HttpStatusCode.InternalServerError;
                return;
            }
            var evt = JsonDocument.Parse(body).RootElement;
            heard.Enqueue(new(evt.GetProperty("id").GetString()!, evt.GetProperty("type").GetString()!, evt.GetProperty("data").GetProperty("object").GetProperty("id").GetString()!,
                http.Request.Headers["Stripe-Signature"].ToString(), body, evt));
        });

        private async Task RegisterAsync()
        {
            await web.StartAsync();
            var made = await cards.PostAsync("webhook_endpoints", new() { ["url"] = web.Urls.Single() + "/hook", ["enabled_events[]"] = "*" });
            (Secret, endpoint) = (made["secret"]!, made["id"]!);
        }
    }
}
