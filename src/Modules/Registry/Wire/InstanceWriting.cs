using System.Collections.Immutable;
using System.Globalization;
using EstoSpaces.Registry.Leases;

namespace EstoSpaces.Registry.Wire;

/// <summary>
/// Writes instances as Eureka's clients expect them, with the marks of the Java classes that they look for. The names of two fields differ between the forms: what is
/// overriddenStatus in JSON is overriddenstatus in XML.
/// </summary>
internal static class InstanceWriting
{
    private const string OwnCenter = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", AmazonCenter = "com.netflix.appinfo.AmazonInfo", EmptyMap = "java.util.Collections$EmptyMap";

    public static Element Applications(Applications applications, Form form)
    {
        var root = new Element("applications").Add(new Element("versions__delta", applications.Version.ToString(CultureInfo.InvariantCulture)), new Element("apps__hashcode", applications.Hash));
        foreach (var app in applications.Instances.GroupBy(i => i.Info.App)) root.Add(Application(app.Key, app, form));
        if (applications.Instances.Count == 0) root.Add(new Element("application") { Repeats = true, IsEmptyList = true });
        return root;
    }

    public static Element Application(string app, IEnumerable<InstanceView> instances, Form form)
    {
        var element = new Element("application") { Repeats = true }.Add(new Element("name", app));
        foreach (var instance in instances) element.Add(Instance(instance, form, repeats: true));
        return element;
    }

    public static Element Instance(InstanceView view, Form form, bool repeats = false, string name = "instance")
    {
        var info = view.Info;
        return new Element(name) { Repeats = repeats }.Add(
            new Element("instanceId", info.InstanceId), new Element("hostName", info.HostName), new Element("app", info.App), new Element("ipAddr", info.IpAddr), Element.Maybe("sid", info.Sid),
            new Element("status", view.Status.Wire()), new Element(form == Form.Json ? "overriddenStatus" : "overriddenstatus", view.Overridden.Wire()),
            Port("port", info.Port, info.PortEnabled), Port("securePort", info.SecurePort, info.SecurePortEnabled), Element.Number("countryId", info.CountryId), Center(info, form),
            new Element("leaseInfo").Add(
                Element.Number("renewalIntervalInSecs", info.RenewalSeconds), Element.Number("durationInSecs", info.LeaseSeconds), Element.Number("registrationTimestamp", Stamp(view.RegisteredAt)),
                Element.Number("lastRenewalTimestamp", Stamp(view.RenewedAt)), Element.Number("evictionTimestamp", Stamp(view.EndedAt)), Element.Number("serviceUpTimestamp", Stamp(view.UpSince))),
            Map(info.Metadata, form), Element.Maybe("appGroupName", info.AppGroupName), Element.Maybe("homePageUrl", info.HomePageUrl), Element.Maybe("statusPageUrl", info.StatusPageUrl),
            Element.Maybe("healthCheckUrl", info.HealthCheckUrl), Element.Maybe("secureHealthCheckUrl", info.SecureHealthCheckUrl), Element.Maybe("vipAddress", info.VipAddress),
            Element.Maybe("secureVipAddress", info.SecureVipAddress), new Element("isCoordinatingDiscoveryServer", info.IsCoordinatingDiscoveryServer ? "true" : "false"),
            new Element("lastUpdatedTimestamp", Text(Stamp(view.UpdatedAt))), new Element("lastDirtyTimestamp", Text(info.LastDirtyTimestamp)), new Element("actionType", view.Action switch
            {
                Change.Added => "ADDED",
                Change.Modified => "MODIFIED",
                _ => "DELETED",
            }), Element.Maybe("asgName", info.AsgName));
    }

    private static Element Port(string name, int port, bool enabled)
    {
        var element = Element.Number(name, port);
        return element.With("enabled", enabled ? "true" : "false");
    }

    private static Element Center(InstanceInfo info, Form form)
    {
        var center = new Element("dataCenterInfo").With("class", info.DataCenter == "Amazon" ? AmazonCenter : OwnCenter).Add(new Element("name", info.DataCenter));
        return info.DataCenterMetadata.IsEmpty ? center : center.Add(Map(info.DataCenterMetadata, form));
    }

    private static Element Map(ImmutableSortedDictionary<string, string> map, Form form)
    {
        var element = new Element("metadata");
        if (map.IsEmpty) return element.With("class", EmptyMap);
        // JSON tells the marks of Eureka from entries by their first letter only: an entry that looks like one would not be an entry any more.
        foreach (var (key, value) in map)
            if (form == Form.Xml || (!key.StartsWith('@') && key != "$")) element.Add(new Element(key, value));
        return element.Children.Count == 0 ? element.With("class", EmptyMap) : element;
    }

    private static long Stamp(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds() ?? 0;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
