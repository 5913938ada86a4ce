using Amazon.Runtime;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Media.Storage;

/// <summary>Chooses the store by the settings: a bucket where one is named, else the local folder.</summary>
public static class ObjectStores
{
    const string GoogleEndpoint = "https://storage.googleapis.com";

    /// <summary>S3_BUCKET with S3_ENDPOINT (without one: Amazon's own), or GCS_BUCKET_NAME through Google's S3 interface with an HMAC key in S3_ACCESS_KEY and S3_SECRET_KEY.</summary>
    public static IObjectStore Choose(Settings settings, string folder)
    {
        if (settings["S3_BUCKET"] is { } bucket) return Bucket(settings, bucket, settings["S3_ENDPOINT"]);
        if (settings.Has("S3_ENDPOINT")) throw new SettingsException("S3_ENDPOINT is set, but S3_BUCKET is not.");
        if (settings["GCS_BUCKET_NAME"] is { } google) return Bucket(settings, google, settings["S3_ENDPOINT"] ?? GoogleEndpoint);
        return new LocalObjectStore(folder, TimeProvider.System);
    }

    static S3ObjectStore Bucket(Settings settings, string bucket, string? endpoint)
    {
        if (settings.Has("S3_ACCESS_KEY") != settings.Has("S3_SECRET_KEY")) throw new SettingsException("S3_ACCESS_KEY and S3_SECRET_KEY are set together or not at all.");
        AWSCredentials? credentials = settings["S3_ACCESS_KEY"] is { } key ? new BasicAWSCredentials(key, settings.Required("S3_SECRET_KEY")) : null;
        return new S3ObjectStore(bucket, endpoint, settings.Required("S3_REGION"), credentials);
    }
}
