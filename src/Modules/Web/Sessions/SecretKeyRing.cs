using System.Security.Cryptography;
using System.Xml.Linq;
using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Web.Sessions;

/// <summary>
/// The key that protects cookies and forms, derived from JWT_SECRET instead of kept in a file: every replica has the same, a restart forgets nothing, and no volume is needed.
/// Another JWT_SECRET signs everybody out of the pages.
/// </summary>
internal sealed class SecretKeyRing(ModuleContext context) : IXmlRepository
{
    public static void Register(IServiceCollection services, ModuleContext context)
    {
        services.AddDataProtection().SetApplicationName("estospaces").DisableAutomaticKeyGeneration();
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new SecretKeyRing(context));
    }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, context.ServiceKey, 64 + 16, info: "estospaces cookies and forms"u8.ToArray());
        return
        [
            new XElement("key", new XAttribute("id", new Guid(material.AsSpan(64))), new XAttribute("version", 1),
                new XElement("creationDate", DateTimeOffset.UnixEpoch), new XElement("activationDate", DateTimeOffset.UnixEpoch), new XElement("expirationDate", DateTimeOffset.UnixEpoch.AddYears(1000)),
                new XElement("descriptor", new XAttribute("deserializerType", typeof(AuthenticatedEncryptorDescriptorDeserializer).AssemblyQualifiedName!),
                    new XElement("descriptor",
                        new XElement("encryption", new XAttribute("algorithm", "AES_256_CBC")), new XElement("validation", new XAttribute("algorithm", "HMACSHA256")),
                        new XElement("masterKey", new XElement("value", Convert.ToBase64String(material, 0, 64)))))),
        ];
    }

    public void StoreElement(XElement element, string friendlyName) => throw new NotSupportedException("The key is derived; none is made or revoked.");
}
