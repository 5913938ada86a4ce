using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Host;
using EstoSpaces.Host.Verbs;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Events;

public sealed class EventDocumentTests
{
    [Fact]
    public async Task The_document_of_all_events_is_current() =>
        (await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "asyncapi.json"))).ShouldBe(AsyncApiVerb.Text(), "estospaces asyncapi > docs/asyncapi.json");

    [Fact]
    public void Every_event_belongs_to_a_module_that_keeps_an_outbox()
    {
        var modules = Host.Modules.All().Select(m => m.Facts).ToList();
        foreach (var type in EventTypes.All.Keys) modules.ShouldContain(m => m.Name == type.Split('.', 3)[1] && m.Db != null, type);
    }

    [Fact]
    public async Task The_npm_package_cloudevents_reads_every_event_taken_from_the_wire()
    {
        await using var server = await NatsServerProcess.StartAsync();
        await using var bus = new NatsBus(server.Options, NullLogger<NatsBus>.Instance);
        await bus.StartAsync(CancellationToken.None);
        var schemas = AsyncApi.Document([.. Host.Modules.All().Select(m => m.Facts)])["components"]!["schemas"]!;
        foreach (var (type, record) in EventTypes.All)
        {
            var module = type.Split('.')[1];
            var fact = (IEvent)JsonSerializer.Deserialize(Sample(schemas[record.Name]!), record, Wire.Json)!;
            var envelope = new EventEnvelope
            {
                Id = Guid.CreateVersion7(), Source = "/estospaces/" + module, Type = type, Subject = fact.Subject, Time = DateTimeOffset.UnixEpoch, Sequence = 1, CorrelationId = "c", CausationId = "d",
                Data = JsonSerializer.SerializeToElement(fact, record, Wire.Json),
            };
            await Until.HoldsAsync(async () =>
            {
                try { await bus.SettleAsync(module, CancellationToken.None); await bus.PublishAsync(envelope, CancellationToken.None); return true; }
                catch (BusAwayException) { return false; }
            }, $"{type} is published");
        }

        await using var client = new NatsClient(server.Options, NullLogger.Instance);
        client.Start();
        var link = await client.LinkAsync(CancellationToken.None);
        var lines = new List<string>();
        foreach (var type in EventTypes.All.Keys)
        {
            var stored = await link.AskAsync($"STREAM.MSG.GET.estospaces_{type.Split('.')[1]}", new JsonObject { ["last_by_subj"] = type }, CancellationToken.None);
            lines.Add(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)stored["message"]!["data"]!)));
        }
        (await NodeAsync("cloudevents.mjs", string.Join('\n', lines))).ShouldContain($"{EventTypes.All.Count} events read");
    }

    /// <summary>The smallest thing that has everything the schema speaks of.</summary>
    private static JsonNode? Sample(JsonNode schema) => schema is not JsonObject shape ? JsonValue.Create("x") : (shape["enum"]?[0]?.DeepClone(), (string?)shape["type"], (string?)shape["format"]) switch
    {
        ({ } first, _, _) => first,
        (_, "object", _) => new JsonObject((shape["properties"] as JsonObject ?? []).Select(p => KeyValuePair.Create(p.Key, Sample(p.Value!)))),
        (_, "array", _) => new JsonArray(Sample(shape["items"]!)),
        (_, "integer", _) => 7,
        (_, "number", _) => 7.5,
        (_, "boolean", _) => true,
        (_, _, "uuid") => Guid.CreateVersion7().ToString(),
        (_, _, "date") => "2026-11-22",
        (_, _, "time") => "15:00:00",
        (_, _, "date-time") => "2026-11-22T10:00:00Z",
        _ => "EUR",
    };

    private static async Task<string> NodeAsync(string script, string input)
    {
        using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(Root(), "tests", "clients", script)]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        return await output;
    }

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "EstoSpaces.slnx"))) return at.FullName;
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
