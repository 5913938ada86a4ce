using EstoSpaces.Kernel.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EstoSpaces.Kernel.Observability;

/// <summary>OpenTelemetry traces over OTLP/HTTP, when OTEL_EXPORTER_OTLP_ENDPOINT names a collector. One provider a process.</summary>
public static class Tracing
{
    public static IDisposable? Start(Settings settings, string serviceName)
    {
        if (settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { } endpoint) return null;
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService(serviceName, serviceVersion: Operations.Version))
            .AddSource("Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "EstoSpaces.Events")
            .AddOtlpExporter(o => { o.Protocol = OtlpExportProtocol.HttpProtobuf; o.Endpoint = new Uri(endpoint.TrimEnd('/') + "/v1/traces"); })
            .Build();
    }
}
