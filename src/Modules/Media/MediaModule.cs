using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Processing;
using EstoSpaces.Media.Reactions;
using EstoSpaces.Media.Slices;
using EstoSpaces.Media.Storage;
using EstoSpaces.Media.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Media;

/// <summary>
/// Owns uploaded files: it recognises and judges them, makes their renditions without metadata in worker processes, stores and serves them, and erases them.
/// It refuses to own what files mean: which pictures a listing shows, and in which order, is the property service's; whose avatar one is, the user service's.
/// It keeps no original picture once the renditions are made, so no copy with a camera's position remains.
/// </summary>
public sealed class MediaModule : IModule
{
    // Thirty pictures in one form.
    const long MaxFormBytes = 30L * PictureLimits.MaxFileBytes + (1 << 20);

    public ModuleFacts Facts { get; } = new("media", "media-service", 8086)
    {
        Database = "estospaces_media",
        Db = DbSeam.Of<MediaDb>(),
        Serves = ["/api/v1/media"],
        Hears = [ReactionSeam.To<ListingChanged, OnListingChanged>(), ReactionSeam.To<AccountErased, OnAccountErased>()],
        Timers = [TimerSeam.Of<RemoveDeletedMedia>(), TimerSeam.Of<EraseUnusedContents>()],
        MaxBodyBytes = MaxFormBytes,
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton(_ => ObjectStores.Choose(context.Settings, Path.Combine(context.DataDirectory, "media")));
        services.AddSingleton<UploadForm>();
        services.AddSingleton(ImageWorkerSettings.ForThisProduct());
        services.AddSingleton<ImageWorkerPool>();
        services.AddSingleton<MediaMetrics>();
        services.AddSingleton<MediaReads>();
        services.AddSingleton<ShownFiles>();
        services.AddSingleton<Intake>();
        services.AddSingleton<ProcessingSignals>();
        services.AddSingleton<ProcessingQueue>();
        services.AddHostedService<PictureProcessing>();
        services.AddScoped<Uploads>();
        services.AddSingleton<IReadinessCheck, StoreCheck>();
    }

    public void Map(WebApplication app)
    {
        var media = app.MapDoor("/api/v1/media").WithTags("media");
        GetMedia.Map(media);
        GetRendition.Map(media);
        GetSignedObject.Map(media);
        DeleteMedia.Map(media);
        var uploads = app.MapDoor("/api/v1/media").RequireAuthorization(Policies.User).WithTags("media");
        UploadMedia.Map(uploads);
        UploadManyMedia.Map(uploads);

        GetMediaByIds.Map(app.MapInternalDoor("/internal/media"));
        if (!app.Services.GetRequiredService<Settings>().IsProduction) SeedMedia.Map(app.MapInternalDoor());
    }

    sealed class StoreCheck(IObjectStore store) : IReadinessCheck
    {
        public string Name => "store";

        public async Task<string?> CheckAsync(CancellationToken ct)
        {
            await store.HeadAsync("ready/probe", ct);
            return null;
        }
    }
}
