namespace EstoSpaces.Host.Verbs;

/// <summary>What a person sees when the product is up.</summary>
internal static class Banner
{
    public static void Print(IReadOnlyDictionary<string, Uri> addresses, bool sample, bool chain)
    {
        Console.WriteLine();
        if (addresses.TryGetValue("web", out var web)) Line("EstoSpaces", web);
        Line("API", addresses["gateway"], "documentation at /docs");
        if (addresses.TryGetValue("sandbox", out var sandbox)) Line("Sandbox", new Uri(sandbox, "/sandbox"), "mailbox, phone, card network, clock");
        if (addresses.TryGetValue("registry", out var registry)) Line("Registry", registry, "who runs where");
        if (sample)
        {
            Console.WriteLine();
            Console.WriteLine("  Sign in with   guest@estospaces.example   host@estospaces.example   admin@estospaces.example");
            Console.WriteLine("  Password       welcome-home");
            Console.WriteLine("  Cards          4242 4242 4242 4242 pays   4000 0000 0000 0002 is declined   4000 0027 6000 3184 asks for 3-D Secure");
            if (chain) Console.WriteLine("  Wallet         the demo wallet in the page pays in ether of the local chain");
        }
        Console.WriteLine();
        Console.WriteLine("  Ctrl-C stops everything.");
        Console.WriteLine();
    }

    private static void Line(string what, Uri address, string? more = null) => Console.WriteLine($"  {what,-14} {address.ToString().TrimEnd('/')}{(more is null ? "" : $"   ({more})")}");
}
