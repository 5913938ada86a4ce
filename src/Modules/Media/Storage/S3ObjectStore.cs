using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace EstoSpaces.Media.Storage;

/// <summary>
/// Objects in a bucket of S3 or of what speaks its protocol (GCS, Ceph, MinIO, R2). The bucket must exist and be private; a CDN may be let into <c>public/</c>.
/// A store that does not answer is thrown as HttpRequestException, which the edge answers with 503.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    readonly string bucket;
    readonly bool isPlainHttp;
    readonly AmazonS3Client client;

    /// <param name="bucket">The bucket's name.</param>
    /// <param name="endpoint">The store's address; null for Amazon's own in that region.</param>
    /// <param name="region">What signatures are scoped to.</param>
    /// <param name="credentials">Null: from the machine's role, as Amazon's library finds it.</param>
    public S3ObjectStore(string bucket, string? endpoint, string region, AWSCredentials? credentials)
    {
        this.bucket = bucket;
        isPlainHttp = endpoint?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true;
        var config = new AmazonS3Config
        {
            AuthenticationRegion = region,
            MaxErrorRetry = 2,
            Timeout = Deadline,
            // Checksum trailers are Amazon's own; others refuse them or store them with the object.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is null) config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        else (config.ServiceURL, config.ForcePathStyle, config.UseHttp) = (endpoint, true, isPlainHttp);
        client = credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    public Task PutAsync(string key, Stream content, ObjectFacts facts, CancellationToken ct) => AskAsync(async () =>
    {
        var request = new PutObjectRequest { BucketName = bucket, Key = ObjectKeys.Require(key), InputStream = content, ContentType = facts.ContentType, AutoCloseStream = false, UseChunkEncoding = false };
        if (facts.CacheControl is not null) request.Headers.CacheControl = facts.CacheControl;
        foreach (var (name, value) in facts.Metadata) request.Metadata[name] = value;
        return await client.PutObjectAsync(request, ct);
    });

    public Task<StoredObject?> GetAsync(string key, ByteRange? range, CancellationToken ct) => AskAsync(async () =>
    {
        var request = new GetObjectRequest { BucketName = bucket, Key = ObjectKeys.Require(key) };
        if (range is { } part) request.ByteRange = new Amazon.S3.Model.ByteRange(part.From, part.To);
        var response = await client.GetObjectAsync(request, ct);
        // A part's length is not the object's, which stands behind the slash: "bytes 0-9/1234".
        var length = response.ContentRange is { Length: > 0 } of ? long.Parse(of[(of.IndexOf('/', StringComparison.Ordinal) + 1)..]) : response.ContentLength;
        return new StoredObject(Head(key, length, response.ETag, response.LastModified, response.Headers, response.Metadata), response.ResponseStream);
    });

    public Task<ObjectHead?> HeadAsync(string key, CancellationToken ct) => AskAsync(async () =>
    {
        var response = await client.GetObjectMetadataAsync(bucket, ObjectKeys.Require(key), ct);
        return Head(key, response.ContentLength, response.ETag, response.LastModified, response.Headers, response.Metadata);
    });

    public Task DeleteAsync(string key, CancellationToken ct) => AskAsync(() => client.DeleteObjectAsync(bucket, ObjectKeys.Require(key), ct));

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = ObjectKeys.Require(prefix.TrimEnd('/')) + "/" };
        while (true)
        {
            var page = await AskAsync(() => client.ListObjectsV2Async(request, ct)) ?? throw new HttpRequestException($"the bucket {bucket} is not there");
            foreach (var found in page.S3Objects ?? []) yield return found.Key;
            if (page.IsTruncated != true) yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    public string SignedReadAddress(string key, TimeSpan validFor) => client.GetPreSignedURL(new GetPreSignedUrlRequest
    {
        BucketName = bucket, Key = ObjectKeys.Require(key), Verb = HttpVerb.GET, Expires = TimeProvider.System.GetUtcNow().UtcDateTime + validFor, Protocol = isPlainHttp ? Protocol.HTTP : Protocol.HTTPS,
    });

    public void Dispose() => client.Dispose();

    static ObjectHead Head(string key, long length, string etag, DateTime? modified, HeadersCollection headers, MetadataCollection metadata) =>
        new(key, length, etag.Trim('"'), modified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : DateTimeOffset.UnixEpoch,
            new ObjectFacts(headers.ContentType, metadata.Keys.ToDictionary(name => name.Replace("x-amz-meta-", "", StringComparison.Ordinal), name => metadata[name]))
            {
                CacheControl = string.IsNullOrEmpty(headers.CacheControl) ? null : headers.CacheControl,
            });

    /// <summary>Null for what is not there.</summary>
    static async Task<T?> AskAsync<T>(Func<Task<T>> ask) where T : class
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode is not "NoSuchBucket")
        {
            return null;
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw new ArgumentOutOfRangeException("range", error.Message);
        }
        catch (AmazonServiceException error)
        {
            throw new HttpRequestException($"the object store answered {(int)error.StatusCode} {error.ErrorCode}", error, error.StatusCode);
        }
        catch (AmazonClientException error)
        {
            throw new HttpRequestException($"the object store could not be asked: {error.Message}", error);
        }
    }
}
