using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Search;

/// <summary>Search writes plain SQL only; its context carries the inbox and the transactions of reactions.</summary>
internal sealed class SearchDb(DbContextOptions<SearchDb> options) : ModuleDb(options)
{
    protected override void MapModule(ModelBuilder model)
    {
    }
}
