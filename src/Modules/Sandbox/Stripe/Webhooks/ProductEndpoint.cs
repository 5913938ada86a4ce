using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Sandbox.Stripe.Webhooks;

/// <summary>Keeps the product's own webhook endpoint as the settings say, so that nobody has to register it by hand.</summary>
internal sealed class ProductEndpoint(NpgsqlDataSource database, TimeProvider clock, SandboxSettings settings) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.WebhookUrl is not { Length: > 0 } url || settings.WebhookSecret is not { Length: > 0 } secret) return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var work = new StripeWork(connection, clock, new StripeCall(StripeIds.New("req", 14), StripeWork.DefaultVersion, null, false, "", cancellationToken));
        var endpoint = Records.Endpoint(work, Records.ProductEndpoint, url, ["*"], secret, StripeWork.DefaultVersion, "The product itself, from the settings");
        endpoint["created"] = 0L;
        if (await work.Take("webhook_endpoint", Records.ProductEndpoint) is null) work.Add(endpoint);
        else work.Save(endpoint);
        await work.Flush();
        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
