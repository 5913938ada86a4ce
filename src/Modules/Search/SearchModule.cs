using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Search.Index;
using EstoSpaces.Search.Places;
using EstoSpaces.Search.Reactions;
using EstoSpaces.Search.Slices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Search;

/// <summary>
/// Owns the search engine: an index in memory, built from its own tables at start and kept right by events alone;
/// place names for autocomplete; and what people look for. It refuses to own prices: it computes totals with the very
/// code that makes quotes. An engine for millions of listings would take the room of <see cref="ListingIndex"/>.
/// </summary>
public sealed class SearchModule : IModule
{
    public ModuleFacts Facts { get; } = new("search", "search-service", 8088)
    {
        Database = "estospaces_search",
        Db = DbSeam.Of<SearchDb>(),
        Serves = ["/api/v1/search"],
        Hears = [ReactionSeam.To<ListingChanged, OnListingChanged>(), ReactionSeam.To<NightsTaken, OnNightsTaken>(), ReactionSeam.To<NightsFreed, OnNightsFreed>()],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<ListingIndex>();
        services.AddSingleton<Gazetteer>();
        services.AddSingleton<SearchRecorder>();
        services.AddHostedService<IndexKeeping>();
        services.AddHostedService(provider => provider.GetRequiredService<SearchRecorder>());
    }

    public void Map(WebApplication app)
    {
        var search = app.MapDoor("/api/v1/search").WithTags("search");
        SearchListings.Map(search);
        SuggestPlaces.Map(search);
        ListFilters.Map(search);
        FindNearby.Map(search);
        ListPopular.Map(search);
    }
}
