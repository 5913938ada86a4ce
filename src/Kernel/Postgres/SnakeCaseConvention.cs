using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace EstoSpaces.Kernel.Postgres;

/// snake_case for tables, columns, keys, foreign keys, indexes. Runs once, when the model is finalized, so it sees every
/// other convention's result; names set explicitly (ToTable/HasColumnName) are kept, because a convention cannot override them.
public sealed class SnakeCaseConvention : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        foreach (var e in modelBuilder.Metadata.GetEntityTypes())
        {
            // owned types (table splitting / OwnsOne) share the owner's table: leave their table alone
            if (!e.IsOwned() && !e.IsMappedToJson() && e.BaseType is null && e.GetTableName() is { } t) e.Builder.ToTable(Snake(t), e.GetSchema());
            if (e.IsMappedToJson()) continue;
            foreach (var p in e.GetDeclaredProperties())
                if (p.GetColumnName() is { } c) p.Builder.HasColumnName(Snake(c));
            foreach (var cp in e.GetDeclaredComplexProperties()) Complex(cp);
        }
        // constraint names are derived from table + column names, so they come second
        foreach (var e in modelBuilder.Metadata.GetEntityTypes())
        {
            foreach (var k in e.GetDeclaredKeys()) if (k.GetName() is { } n) k.Builder.HasName(Snake(n));
            foreach (var f in e.GetDeclaredForeignKeys()) if (f.GetConstraintName() is { } n) f.Builder.HasConstraintName(Snake(n));
            foreach (var i in e.GetDeclaredIndexes()) if (i.GetDatabaseName() is { } n) i.Builder.HasDatabaseName(Snake(n));
        }
    }
    static void Complex(IConventionComplexProperty cp)
    {
        if (cp.ComplexType.IsMappedToJson()) { if (cp.ComplexType.GetContainerColumnName() is { } j) cp.ComplexType.SetContainerColumnName(Snake(j)); return; }
        foreach (var p in cp.ComplexType.GetDeclaredProperties()) if (p.GetColumnName() is { } c) p.Builder.HasColumnName(Snake(c));
        foreach (var n in cp.ComplexType.GetDeclaredComplexProperties()) Complex(n);
    }
    public static string Snake(string s)
    {
        var b = new StringBuilder(s.Length + 8);
        for (var i = 0; i < s.Length; i++)
        {
            var c = s[i];
            if (char.IsUpper(c) && i > 0 && s[i - 1] != '_' && (!char.IsUpper(s[i - 1]) || (i + 1 < s.Length && char.IsLower(s[i + 1])))) b.Append('_');
            b.Append(char.ToLowerInvariant(c));
        }
        return b.ToString();
    }
}
