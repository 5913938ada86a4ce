using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Sandbox;

/// <summary>The sandbox reads and writes its documents in plain SQL: nothing is mapped.</summary>
public sealed class SandboxDb(DbContextOptions<SandboxDb> options) : ModuleDb(options)
{
    protected override void MapModule(ModelBuilder model)
    {
    }
}
