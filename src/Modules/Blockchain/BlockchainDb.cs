using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Blockchain;

/// <summary>The module's database. Its tables are read and written by SQL; what is mapped is the Kernel's.</summary>
public sealed class BlockchainDb(DbContextOptions<BlockchainDb> options) : ModuleDb(options)
{
    protected override void MapModule(ModelBuilder model)
    {
    }
}
