using System.Globalization;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>A setting: its environment variable, what it is for, its default, and what its value must look like.</summary>
public sealed record Setting(string Name, string Meaning, string? Default = null, Func<string, string?>? Rule = null, bool Secret = false)
{
    /// <summary>What is wrong with a value, or null.</summary>
    public string? Check(string value) => Rule?.Invoke(value);
}

/// <summary>Every setting there is. Reading one that is not here is a bug; setting one that nearly is here stops the start.</summary>
public static class SettingsCatalog
{
    private static readonly string[] Services =
    [
        "API_GATEWAY", "USER_SERVICE", "PROPERTY_SERVICE", "BOOKING_SERVICE", "PAYMENT_SERVICE", "NOTIFICATION_SERVICE", "MEDIA_SERVICE", "MESSAGING_SERVICE",
        "SEARCH_SERVICE", "BLOCKCHAIN_SERVICE", "AI_SERVICE", "AUTH_SERVICE", "REVIEW_SERVICE", "EUREKA_SERVER", "FRONT_SERVICE", "SANDBOX_SERVICE",
    ];

    public static readonly IReadOnlyList<Setting> All =
    [
        new("ENVIRONMENT", "development or production", "development", OneOf("development", "production", "test")),
        new("LOG_LEVEL", "trace, debug, information, warning or error", "information", OneOf("trace", "debug", "information", "info", "warning", "error")),
        new("LOG_FORMAT", "text or json", null, OneOf("text", "json")),
        new("PORT", "port of the module that `serve` runs, when it is one", null, Port),
        new("PORT_OFFSET", "added to every default port, to run two products beside each other", "0", Whole),
        new("BIND_ADDRESS", "address to listen on; localhost for `up`, * for `serve`"),
        new("DATA_DIR", "folder of the embedded default: database, files, generated secrets", ".data"),
        new("EMBEDDED_PG_BIN", "folder of Postgres' programs for the database that is started in DATA_DIR; unset: npm's, else the system's"),
        new("VIPS_LIBRARY", "file of libvips; unset: npm's, else the system's"),
        new("DB_HOST", "Postgres host; unset: one is started in DATA_DIR"),
        new("DB_PORT", "Postgres port", "5432", Port),
        new("DB_USER", "Postgres user", "postgres"),
        new("DB_PASSWORD", "Postgres password", Secret: true),
        new("DB_NAME", "database of the module that `serve` runs, when it is one"),
        new("DB_SSL_MODE", "disable, prefer, require, verify-ca or verify-full", "prefer", OneOf("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
        new("DB_POOL_SIZE", "connections a module may hold", "15", Whole),
        new("DB_PREPARED_STATEMENTS", "statements that each connection may keep prepared; 0 behind a pooler that does not know of them", "32", Whole),
        new("REDIS_URL", "redis://:password@host:port/database, or rediss:// for TLS: rate limits and ended sessions that several processes share; unset: each for itself", Rule: Redis.RedisAddress.Check, Secret: true),
        new("DRAIN_SECONDS", "how long a process that was told to stop still answers, so that all who send it requests can notice; unset: 0 for `up`, 5 for `serve`", null, Whole),
        new("DISCOVERY", "how services find each other: fixed (addresses of settings), registry, or dns (names like booking-service); unset: registry when EUREKA_URL is set and not all run here", null, OneOf("fixed", "registry", "dns")),
        new("DISCOVERY_DOMAIN", "added to services' names with DISCOVERY=dns, e.g. estospaces.svc.cluster.local"),
        new("EUREKA_URL", "addresses of the registry for its clients, with commas: http://host:8761/eureka, user:password@ before the host if it wants them", Secret: true),
        new("EUREKA_USER", "user that the registry asks for, beside service tokens"),
        new("EUREKA_PASSWORD", "password that the registry asks for", Secret: true),
        new("EUREKA_PEERS", "addresses of other registries that this one replicates to, with commas", Secret: true),
        new("INSTANCE_HOST", "host under which others reach this process, as it is registered; unset: localhost when bound to it, else this machine's address"),
        new("NATS_URL", "nats://user:password@host:port or tls://…, several with commas: event bus between processes; unset: all modules run in one process", Secret: true),
        new("NATS_USER", "user at NATS, when the address does not name one"),
        new("NATS_PASSWORD", "its password", Secret: true),
        new("NATS_TOKEN", "token for NATS, instead of a user", Secret: true),
        new("NATS_CA_FILE", "PEM file of certificates to trust for NATS instead of the system's"),
        new("NATS_STREAM_REPLICAS", "copies of each stream in a NATS cluster: 1, 3 or 5", "1", OneOf("1", "3", "5")),
        new("NATS_STREAM_MB", "largest size of one stream, MiB; the oldest facts give way, the outbox keeps them", "256", Whole),
        new("EVENT_RETENTION", "how long published facts stay in the outbox, to be published again when they must", "30d", SpanRule),
        new("ALLOWED_ORIGINS", "origins of web pages that may call the API, with commas"),
        new("PUBLIC_API_URL", "address of the gateway as clients see it"),
        new("PUBLIC_WEB_URL", "address of the web application as people see it"),
        new("JWT_SECRET", "protects signing keys at rest and calls between services; 32 characters or more", Rule: v => v.Length >= 32 ? null : "use 32 characters or more", Secret: true),
        new("JWT_EXPIRY", "life of an access token", "15m", SpanRule),
        new("REFRESH_EXPIRY", "life of a session that is not used", "30d", SpanRule),
        new("SENDGRID_API_KEY", "sends mail through SendGrid", Secret: true),
        new("SENDGRID_BASE_URL", "address of SendGrid's API"),
        new("SMTP_URL", "smtp://user:password@host:port: sends mail by SMTP", Secret: true),
        new("MAIL_FROM", "sender of mail", "EstoSpaces <hello@estospaces.example>"),
        new("TWILIO_ACCOUNT_SID", "Twilio account"),
        new("TWILIO_AUTH_TOKEN", "Twilio token", Secret: true),
        new("TWILIO_FROM", "sender of SMS", "+15005550006"),
        new("TWILIO_BASE_URL", "address of Twilio's API"),
        new("FIREBASE_CREDENTIALS", "service account of Firebase, as JSON or a file's path", Secret: true),
        new("FCM_BASE_URL", "address of Firebase Cloud Messaging"),
        new("SANDBOX_PUBLIC_URL", "address of the sandbox as browsers see it; unset: as it is called"),
        new("STRIPE_SECRET_KEY", "Stripe's secret key", Secret: true),
        new("STRIPE_PUBLISHABLE_KEY", "Stripe's publishable key"),
        new("STRIPE_WEBHOOK_SECRET", "Stripe's signing secret of our webhook", Secret: true),
        new("STRIPE_BASE_URL", "address of Stripe's API"),
        new("STRIPE_SCRIPT_URL", "address of Stripe's script for pages"),
        new("GUEST_FEE_BPS", "guest service fee, basis points of the host subtotal", "1400", Whole),
        new("HOST_FEE_BPS", "host fee, basis points of the host subtotal", "300", Whole),
        new("GUEST_FEE_VAT_BPS", "VAT on the guest fee, basis points", "0", Whole),
        new("HOLD_MINUTES", "how long nights are held for payment", "15", Whole),
        new("COMPLETION_GRACE_HOURS", "after check-out until a stay counts as completed", "2", Whole),
        new("DISPUTE_WINDOW_HOURS", "after check-out until the payout may go", "48", Whole),
        new("GCS_BUCKET_NAME", "bucket in Google Cloud Storage"),
        new("GCS_PROJECT_ID", "project in Google Cloud"),
        new("S3_ENDPOINT", "address of an S3 store"),
        new("S3_BUCKET", "bucket"),
        new("S3_REGION", "region of the bucket", "us-east-1"),
        new("S3_ACCESS_KEY", "access key"),
        new("S3_SECRET_KEY", "secret key", Secret: true),
        new("CDN_URL", "address before the bucket that browsers load pictures from"),
        new("TILE_URL", "address template of map tiles, with {z} {x} {y}; unset: the bundled base map"),
        new("TILE_ATTRIBUTION", "credit line of the map tiles"),
        new("EMBEDDED_CHAIN", "the Ethereum node that development starts in DATA_DIR when ETH_RPC_URL is not set: on, off, or the file of anvil", "on"),
        new("DEV_CHAIN_MINING", "whether the product mines blocks and moves the time of a development chain as it needs: on or off", "on", OneOf("on", "off")),
        new("ETH_RPC_URL", "JSON-RPC node, https://…; unset: development starts one, else wallets can't pay", Secret: true),
        new("ETH_CHAIN_ID", "chain id; a node of another chain is refused", "31337", Whole),
        new("ETH_CONFIRMATIONS", "blocks until a deposit counts, its own among them; 3 with the embedded chain", "12", Whole),
        new("ESCROW_ADDRESS", "address of the escrow contract; unset: development deploys it"),
        new("REGISTRY_ADDRESS", "address of the property registry contract; unset: development deploys it, else listings can't be recorded"),
        new("ETH_SIGNER_URL", "remote signer that answers eth_signTransaction for ETH_OPERATOR", Secret: true),
        new("ETH_OPERATOR", "address of the account that signs for the platform, with the operator's role in the contracts"),
        new("ETH_OPERATOR_KEY", "the operator's private key, instead of a signer; never in production", Secret: true),
        new("ETH_PUSH_WITHDRAWALS", "whether the operator sends guests and hosts what the contract owes them, for its own gas: on or off", "on", OneOf("on", "off")),
        new("ETH_EXPLORER_URL", "block explorer that /tx/{hash} and /address/{address} are put after"),
        new("ETH_PRICES", "fixed prices of one ether by currency, EUR=3000.00,USD=3250.00; unset: some in development, in production those of ETH_PRICE_URL"),
        new("ETH_PRICE_URL", "answers the price of one ether in all currencies as Coinbase's exchange-rates do: https://…/exchange-rates?currency=ETH"),
        new("AI_BASE_URL", "OpenAI-compatible endpoint"),
        new("AI_API_KEY", "its key", Secret: true),
        new("AI_MODEL", "its model"),
        new("RATE_LIMIT_PER_MINUTE", "requests a minute from one caller at the gateways, all together when REDIS_URL is set", "600", Whole),
        new("GATEWAY_TIMEOUT", "how long the gateway waits for a service to go on answering", "60s", SpanRule),
        new("GATEWAY_PROBE_EVERY", "how often the gateway looks at the health of instances that it has a choice among", "2s", SpanRule),
        new("GATEWAY_PROBE_TIMEOUT", "how long such a look may take", "1s", SpanRule),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", "where traces are sent (OTLP over HTTP)"),
        new("SAMPLE_SEED", "seed of the sample data", "20260904", Whole),
        .. Services.Select(s => new Setting(s + "_PORT", "port of this service", null, Port)),
        .. Services.Select(s => new Setting(s + "_URL", "address at which other services reach this one")),
    ];

    private static readonly Dictionary<string, Setting> ByName = All.ToDictionary(s => s.Name, StringComparer.Ordinal);

    /// <summary>A secret setting X is also read from the file that X_FILE names, as containers hand secrets over.</summary>
    public const string FileSuffix = "_FILE";

    public static Setting? FindByFile(string name) => name.EndsWith(FileSuffix, StringComparison.Ordinal) && Find(name[..^FileSuffix.Length]) is { Secret: true } secret ? secret : null;
    public static Setting? Find(string name) => ByName.GetValueOrDefault(name);
    public static string? DefaultOf(string name) => ByName[name].Default;
    public static string MustKnow(string name) => ByName.ContainsKey(name) ? name : throw new InvalidOperationException($"{name} is not in the settings catalog");

    /// <summary>A known name that differs by one or two letters, or null. ESTOSPACES_X means X.</summary>
    public static string? NearMiss(string name)
    {
        if (name.StartsWith("ESTOSPACES_", StringComparison.Ordinal)) return ByName.ContainsKey(name["ESTOSPACES_".Length..]) ? name["ESTOSPACES_".Length..] : "one of `estospaces check-config`";
        if (name.Length < 7 || name.Any(char.IsLower)) return null;
        if (name.EndsWith(FileSuffix, StringComparison.Ordinal) && ByName.ContainsKey(name[..^FileSuffix.Length])) return name[..^FileSuffix.Length] + ", which is no secret and stands in no file";
        return All.Select(s => s.Name).FirstOrDefault(n => n.Length >= 7 && Math.Abs(n.Length - name.Length) <= 1 && n[0] == name[0] && Distance(n, name) == 1);
    }

    /// <summary>15m, 24h, 90s, 7d.</summary>
    public static TimeSpan? ParseSpan(string text)
    {
        if (text.Length < 2 || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number <= 0) return null;
        return text[^1] switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), 'd' => TimeSpan.FromDays(number), _ => null };
    }

    private static string? SpanRule(string value) => ParseSpan(value) is null ? "write a time as 90s, 15m, 24h or 7d" : null;
    private static string? Port(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var p) && p is > 0 and < 65536 ? null : "a port is a number from 1 to 65535";
    private static string? Whole(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : "write a whole number";
    private static Func<string, string?> OneOf(params string[] allowed) => v => allowed.Contains(v.ToLowerInvariant()) ? null : "one of " + string.Join(", ", allowed);

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
