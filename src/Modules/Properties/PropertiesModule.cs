using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Properties.Reactions;
using EstoSpaces.Properties.Slices;
using EstoSpaces.Properties.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Properties;

/// <summary>
/// Owns listings: their text, amenities, place and time zone, pictures' order, house rules and prices, and makes their quotes (by the Kernel's pricing).
/// Announces every change of a listing that was published, whole, so that nobody has to ask.
/// It refuses to own which nights are free (bookings), the files of pictures (media), finding listings for dates (search), and what guests say of them (reviews).
/// </summary>
public sealed class PropertiesModule : IModule
{
    public ModuleFacts Facts { get; } = new("properties", "property-service", 8082)
    {
        Database = "estospaces_properties",
        Db = DbSeam.Of<PropertiesDb>(),
        Serves = ["/api/v1/properties"],
        Hears = [ReactionSeam.To<MediaProcessed, OnMediaProcessed>(), ReactionSeam.To<MediaDeleted, OnMediaDeleted>(), ReactionSeam.To<AccountErased, OnAccountErased>()],
        Timers = [TimerSeam.Of<AnnounceReadyPictures>()],
        Calls = [ClientSeam.To<MediaClient>("media")],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<PropertyReads>();
        services.AddSingleton<Locations>();
        services.AddSingleton<Quotes>();
        services.AddScoped<PropertyEdits>();
        services.AddScoped<ReadyPictures>();
    }

    public void Map(WebApplication app)
    {
        var properties = app.MapDoor("/api/v1/properties").WithTags("properties");
        ListProperties.Map(properties);
        ListAmenities.Map(properties);
        SearchProperties.Map(properties);
        GetProperty.Map(properties);
        GetQuote.Map(properties);

        var hosts = app.MapDoor("/api/v1/properties").RequireAuthorization(Policies.User).WithTags("properties");
        ListMyProperties.Map(hosts);
        CreateProperty.Map(hosts);
        UpdateProperty.Map(hosts);
        DeleteProperty.Map(hosts);
        PublishProperty.Map(hosts);
        UnpublishProperty.Map(hosts);
        SetAmenities.Map(hosts);
        SetLocation.Map(hosts);
        SetPriceRules.Map(hosts);
        SetStayRules.Map(hosts);
        AddImage.Map(hosts);
        OrderImages.Map(hosts);
        RemoveImage.Map(hosts);

        var inside = app.MapInternalDoor();
        FreezeQuote.Map(inside);
        GetBookableListing.Map(inside);
        if (!app.Services.GetRequiredService<Settings>().IsProduction) SeedListings.Map(inside);
    }
}
