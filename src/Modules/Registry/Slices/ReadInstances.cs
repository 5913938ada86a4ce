using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>Anybody who may reads who runs where: all, what changed, one application, one instance, or whoever answers to a virtual address. Refused when there is nothing of that name.</summary>
internal static class ReadInstances
{
    public static void Map(RouteGroupBuilder eureka)
    {
        eureka.MapGet("/apps", (HttpRequest request, Answers answers) => answers.All(request));
        eureka.MapGet("/apps/delta", (HttpRequest request, Answers answers) => answers.Delta(request));
        eureka.MapGet("/apps/{app}", Application);
        eureka.MapGet("/apps/{app}/{id}", (string app, string id, HttpRequest request, LeaseBook book) => Instance(request, book.Get(new InstanceKey(app.ToUpperInvariant(), id))));
        eureka.MapGet("/instances/{id}", (string id, HttpRequest request, LeaseBook book) => Instance(request, book.Where(i => i.InstanceId == id).FirstOrDefault()));
        eureka.MapGet("/vips/{vip}", (string vip, HttpRequest request, LeaseBook book) => Answering(request, book, i => Names(i.VipAddress, vip)));
        eureka.MapGet("/svips/{vip}", (string vip, HttpRequest request, LeaseBook book) => Answering(request, book, i => Names(i.SecureVipAddress, vip)));
    }

    private static IResult Application(string app, HttpRequest request, LeaseBook book)
    {
        var name = app.ToUpperInvariant();
        var instances = book.Where(i => i.App == name);
        return instances.Count == 0 ? RegistryRefusals.NothingThere.ToProblem() : Answers.One(request, form => InstanceWriting.Application(name, instances, form));
    }

    private static IResult Instance(HttpRequest request, InstanceView? instance) =>
        instance is null ? RegistryRefusals.NotRegistered.ToProblem() : Answers.One(request, form => InstanceWriting.Instance(instance, form));

    private static IResult Answering(HttpRequest request, LeaseBook book, Func<InstanceInfo, bool> wanted)
    {
        var instances = book.Where(wanted);
        if (instances.Count == 0) return RegistryRefusals.NothingThere.ToProblem();
        return Answers.One(request, form => InstanceWriting.Applications(new Applications(book.Version, Applications.HashOf(instances.Select(i => i.Status)), instances), form));
    }

    /// <summary>An instance may answer to several virtual addresses, with commas between.</summary>
    private static bool Names(string? addresses, string wanted) =>
        addresses?.Split(',', StringSplitOptions.TrimEntries).Any(a => a.Equals(wanted, StringComparison.OrdinalIgnoreCase)) == true;
}
