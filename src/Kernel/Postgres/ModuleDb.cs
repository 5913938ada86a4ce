using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace EstoSpaces.Kernel.Postgres;

/// <summary>
/// The DbContext every module's own derives from: snake_case names, ids as uuid, enums as snake_case text, and the outbox. The schema itself is plain SQL in the
/// module's Schema folder. Override <see cref="MapModule"/> to map the module's tables.
/// </summary>
public abstract class ModuleDb(DbContextOptions options) : DbContext(options)
{
    protected abstract void MapModule(ModelBuilder model);

    protected sealed override void ConfigureConventions(ModelConfigurationBuilder builder)
    {
        builder.Conventions.Add(_ => new SnakeCaseConvention());
        foreach (var type in typeof(IEntityId<>).Assembly.GetTypes().Concat(GetType().Assembly.GetTypes()))
        {
            if (type.IsEnum) builder.Properties(type).HaveConversion(typeof(EnumText<>).MakeGenericType(type));
            else if (type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>)))
                builder.Properties(type).HaveConversion(typeof(IdUuid<>).MakeGenericType(type));
        }
    }

    protected sealed override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox").HasKey(r => r.Position);
            row.Property(r => r.Position).ValueGeneratedOnAdd();
            row.Property(r => r.Data).HasColumnType("jsonb");
        });
        MapModule(model);
    }

    private sealed class EnumText<T>() : ValueConverter<T, string>(v => Wire.Name(v), text => Parse(text)) where T : struct, Enum
    {
        private static T Parse(string text) => Wire.TryName<T>(text, out var value) ? value : throw new FormatException($"'{text}' is not a {typeof(T).Name}");
    }

    private sealed class IdUuid<T>() : ValueConverter<T, Guid>(id => id.Value, value => Wrap(value)) where T : struct, IEntityId<T>
    {
        private static T Wrap(Guid value) => T.From(value);
    }
}

/// <summary>Mapping of whole values to jsonb columns.</summary>
public static class JsonColumns
{
    /// <summary>Stores the value as jsonb, written as on the wire; compared by its JSON.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property)
    {
        property.HasColumnType("jsonb").HasConversion(
            new ValueConverter<T, string>(v => JsonSerializer.Serialize(v, Wire.Json), text => JsonSerializer.Deserialize<T>(text, Wire.Json)!),
            new ValueComparer<T>((a, b) => JsonSerializer.Serialize(a, Wire.Json) == JsonSerializer.Serialize(b, Wire.Json),
                v => JsonSerializer.Serialize(v, Wire.Json).GetHashCode(), v => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(v, Wire.Json), Wire.Json)!));
        return property;
    }
}
