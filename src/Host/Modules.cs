using EstoSpaces.Auth;
using EstoSpaces.Blockchain;
using EstoSpaces.Bookings;
using EstoSpaces.Gateway;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Media;
using EstoSpaces.Notifications;
using EstoSpaces.Payments;
using EstoSpaces.Properties;
using EstoSpaces.Registry;
using EstoSpaces.Sandbox;
using EstoSpaces.Search;
using EstoSpaces.Users;
using EstoSpaces.Web;

namespace EstoSpaces.Host;

/// <summary>The explicit list of everything the product is made of. A module that is not here does not exist.</summary>
public static class Modules
{
    public static IReadOnlyList<IModule> All() =>
    [
        new RegistryModule(), // first: it is there when the others register, and goes after they have left
        new AuthModule(),
        new BlockchainModule(),
        new BookingsModule(),
        new GatewayModule(),
        new MediaModule(),
        new NotificationsModule(),
        new PaymentsModule(),
        new PropertiesModule(),
        new SandboxModule(),
        new SearchModule(),
        new WebModule(),
        new UsersModule(),
    ];

    /// <summary>The modules named, in the order in which they start: those that are asked before those that ask. Throws for an unknown name.</summary>
    public static IReadOnlyList<IModule> Named(IEnumerable<string> names)
    {
        var all = All();
        var wanted = names.Select(n => n.Trim()).Where(n => n.Length > 0).Distinct().ToList();
        var unknown = wanted.Where(n => all.All(m => m.Facts.Name != n && m.Facts.Service != n)).ToList();
        if (unknown.Count > 0) throw new SettingsException($"There is no module {string.Join(", ", unknown)}. There are: {string.Join(", ", all.Select(m => m.Facts.Name))}");
        if (wanted.Count == 0) throw new SettingsException("Name at least one module.");
        return InStartOrder([.. all.Where(m => wanted.Contains(m.Facts.Name) || wanted.Contains(m.Facts.Service))]);
    }

    public static IReadOnlyList<IModule> InStartOrder(IReadOnlyList<IModule> modules)
    {
        var ordered = new List<IModule>();
        var open = new HashSet<string>();
        foreach (var module in modules) Visit(module);
        return ordered;

        void Visit(IModule module)
        {
            if (ordered.Contains(module)) return;
            if (!open.Add(module.Facts.Name)) throw new InvalidOperationException($"{module.Facts.Name} asks itself in a circle");
            foreach (var call in module.Facts.Calls)
                if (modules.FirstOrDefault(m => m.Facts.Name == call.Module) is { } asked) Visit(asked);
            ordered.Add(module);
        }
    }
}
