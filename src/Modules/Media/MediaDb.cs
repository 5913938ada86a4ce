using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media;

/// <summary>Files are loaded and saved here. Contents and the queue change by single statements that many processes run at once: they are plain SQL.</summary>
public sealed class MediaDb(DbContextOptions<MediaDb> options) : ModuleDb(options)
{
    public DbSet<MediaFile> Files => Set<MediaFile>();

    protected override void MapModule(ModelBuilder model) => model.Entity<MediaFile>(file =>
    {
        file.ToTable("media_files").HasKey(f => f.Id);
        file.Property(f => f.Id).ValueGeneratedNever();
    });
}
