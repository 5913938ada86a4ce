using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties;

/// <summary>Listings are loaded and saved here, whole. Lists and single views are read by SQL in <see cref="PropertyReads"/>.</summary>
public sealed class PropertiesDb(DbContextOptions<PropertiesDb> options) : ModuleDb(options)
{
    public DbSet<Property> Properties => Set<Property>();
    public DbSet<PropertyMedia> Media => Set<PropertyMedia>();

    /// <summary>Loads a listing and locks it until the transaction ends. The lock is a statement of its own: what is read after it is what the last holder left.</summary>
    public async Task<Property?> LockAsync(PropertyId id, CancellationToken ct)
    {
        await Database.ExecuteSqlAsync($"select 1 from properties where id = {id.Value} for update", ct);
        return await Properties.Include(p => p.Amenities).Include(p => p.Images).ThenInclude(i => i.Media).Include(p => p.Location).AsSplitQuery().SingleOrDefaultAsync(p => p.Id == id, ct);
    }

    protected override void MapModule(ModelBuilder model)
    {
        model.Entity<Property>(property =>
        {
            property.ToTable("properties").HasKey(p => p.Id);
            property.Property(p => p.Id).ValueGeneratedNever();
            property.Property(p => p.Rules).AsJson();
            property.Property(p => p.Price).AsJson();
            property.HasMany(p => p.Amenities).WithOne().HasForeignKey(a => a.PropertyId);
            property.HasMany(p => p.Images).WithOne().HasForeignKey(i => i.PropertyId);
            property.HasOne(p => p.Location).WithOne().HasForeignKey<PropertyLocation>(l => l.PropertyId);
        });
        model.Entity<PropertyAmenity>().ToTable("property_amenities").HasKey(a => new { a.PropertyId, a.Amenity });
        model.Entity<PropertyLocation>(location =>
        {
            location.ToTable("property_locations").HasKey(l => l.PropertyId);
            location.Property(l => l.PropertyId).ValueGeneratedNever();
        });
        model.Entity<PropertyImage>(image =>
        {
            image.ToTable("property_images").HasKey(i => new { i.PropertyId, i.MediaId });
            image.HasOne(i => i.Media).WithMany().HasForeignKey(i => i.MediaId);
        });
        model.Entity<PropertyMedia>(media =>
        {
            media.ToTable("property_media").HasKey(m => m.MediaId);
            media.Property(m => m.MediaId).ValueGeneratedNever();
            media.Property(m => m.Urls).AsJson();
        });
    }
}
