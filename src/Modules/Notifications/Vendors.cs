using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>Which vendor carries which channel, from the settings. A channel without one has its deliveries marked as failed, with the reason.</summary>
public static class Vendors
{
    public static void Register(IServiceCollection services, Settings settings)
    {
        AddClient(services, "sendgrid", settings["SENDGRID_BASE_URL"] ?? "https://api.sendgrid.com");
        AddClient(services, "twilio", settings["TWILIO_BASE_URL"] ?? "https://api.twilio.com");
        AddClient(services, "fcm", settings["FCM_BASE_URL"] ?? "https://fcm.googleapis.com");

        if (settings.Has("SENDGRID_API_KEY")) services.AddSingleton<ISender>(p => new SendGridMail(Client(p, "sendgrid"), settings));
        else if (settings.Has("SMTP_URL")) services.AddSingleton<ISender>(new SmtpMail(settings));
        if (settings.Has("TWILIO_ACCOUNT_SID") && settings.Has("TWILIO_AUTH_TOKEN")) services.AddSingleton<ISender>(p => new TwilioSms(Client(p, "twilio"), settings));
        if (settings.Has("FIREBASE_CREDENTIALS") || settings.Has("FCM_BASE_URL")) services.AddSingleton<ISender>(p => new FcmPush(Client(p, "fcm"), settings, p.GetRequiredService<NpgsqlDataSource>()));
    }

    private static void AddClient(IServiceCollection services, string name, string address) =>
        services.AddHttpClient(name, client =>
        {
            client.BaseAddress = new Uri(address.TrimEnd('/') + "/");
            client.Timeout = TimeSpan.FromSeconds(15);
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false, AllowAutoRedirect = false });

    private static HttpClient Client(IServiceProvider provider, string name) => provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);
}
