using EstoSpaces.Contracts;

namespace EstoSpaces.Registry;

internal static class RegistryRefusals
{
    public static readonly Refusal NotRegistered = Refusal.NotFound("instance_not_registered", "No instance is registered here under this application and id. Register it.");
    public static readonly Refusal NothingThere = Refusal.NotFound("nothing_registered", "Nothing is registered under this name.");
    public static readonly Refusal Full = Refusal.Unavailable("registry_full", $"The registry holds {Leases.LeaseBook.MostInstances} instances and takes no more.");
    public static readonly Refusal MayNot = Refusal.Unauthenticated("registry_access", "The registry answers callers with its user and password or with a service token, and in development those of the private network.");

    public static Refusal Unreadable(string why) => Refusal.Invalid("invalid_registration", why);
    public static Refusal Wrong(string field, string why) => Refusal.Invalid("invalid_registration", why, field);
}
