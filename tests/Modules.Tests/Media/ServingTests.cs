using System.Net;
using System.Net.Http.Headers;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Media.Images;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>How renditions are served, and to whom.</summary>
public sealed class ServingTests(WithProduct with) : IClassFixture<WithProduct>
{
    readonly TestProduct product = with.Product;

    [Fact]
    public async Task Anybody_reads_a_listing_picture_for_ever()
    {
        var view = await UploadedAsync(seed: 100);
        var known = await product.Api.GetAsync($"/api/v1/media/{view.Id}").ReadAsync<MediaView>();
        known.Id.ShouldBe(view.Id);

        using var response = await product.Api.GetAsync(view.Urls["320"]);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
        response.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        response.Headers.GetValues("X-Content-Type-Options").ShouldContain("nosniff");

        using var again = new HttpRequestMessage(HttpMethod.Get, view.Urls["320"]);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var notModified = await product.Api.SendAsync(again);
        notModified.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await notModified.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 9)]
    [InlineData("bytes=100-", 100, -1)]
    [InlineData("bytes=-5", -5, -1)]
    public async Task A_range_is_answered_with_those_bytes(string range, int from, int to)
    {
        var view = await UploadedAsync(seed: 101);
        var whole = await product.Api.GetByteArrayAsync(view.Urls["320"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, view.Urls["320"]) { Headers = { Range = RangeHeaderValue.Parse(range) } };
        using var response = await product.Api.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        var (first, last) = (from < 0 ? whole.Length + from : from, to < 0 ? whole.Length - 1 : to);
        response.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {first}-{last}/{whole.Length}");
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(whole[first..(last + 1)]);
    }

    [Fact]
    public async Task A_range_outside_and_one_of_another_version_are_told_apart()
    {
        var view = await UploadedAsync(seed: 101);
        using var outside = new HttpRequestMessage(HttpMethod.Get, view.Urls["320"]) { Headers = { Range = new(10_000_000, null) } };
        using var refused = await product.Api.SendAsync(outside);
        refused.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);

        using var stale = new HttpRequestMessage(HttpMethod.Get, view.Urls["320"]) { Headers = { Range = new(0, 9), IfRange = new("\"another\"") } };
        using var whole = await product.Api.SendAsync(stale);
        whole.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_width_without_suffix_follows_what_the_reader_accepts()
    {
        var view = await UploadedAsync(seed: 102);
        using var modern = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/media/{view.Id}/320") { Headers = { Accept = { new("image/webp"), new("*/*") } } };
        using var webp = await product.Api.SendAsync(modern);
        webp.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
        webp.Headers.Vary.ShouldContain("Accept");

        using var old = await product.Api.GetAsync($"/api/v1/media/{view.Id}/320");
        old.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
    }

    [Fact]
    public async Task A_small_picture_answers_large_widths_with_its_largest()
    {
        var view = await UploadedAsync(seed: 103, width: 500, height: 300);
        view.Urls.Keys.ShouldBe(["320", "640"]);
        var largest = await product.Api.GetByteArrayAsync($"/api/v1/media/{view.Id}/2000.webp");
        largest.ShouldBe(await product.Api.GetByteArrayAsync($"/api/v1/media/{view.Id}/640.webp"));
        PictureInspection.Inspect(largest, out var facts).ShouldBeNull();
        facts!.Width.ShouldBe(500, "nothing is enlarged");
    }

    [Theory]
    [InlineData("641.webp")]
    [InlineData("640.png")]
    [InlineData("640.webp.php")]
    [InlineData("original")]
    public async Task What_is_no_rendition_is_not_found(string name)
    {
        var view = await UploadedAsync(seed: 104);
        await product.Api.GetAsync($"/api/v1/media/{view.Id}/{name}").ShouldRefuseAsync(404, "media_rendition_not_found");
    }

    [Fact]
    public async Task A_path_out_of_the_store_is_not_found()
    {
        var view = await UploadedAsync(seed: 104);
        await product.Api.GetAsync($"/api/v1/media/{view.Id}/..%2f..%2fsigning-key").ShouldBeAsync(404);
        await product.Api.GetAsync("/api/v1/media/objects/..%2f..%2fsigning-key?expires=9999999999&signature=00").ShouldBeAsync(404);
    }

    [Fact]
    public async Task An_unknown_file_is_not_found()
    {
        await product.Api.GetAsync($"/api/v1/media/{Guid.NewGuid()}").ShouldRefuseAsync(404, "media_not_found");
        await product.Api.GetAsync($"/api/v1/media/{Guid.NewGuid()}/320.webp").ShouldRefuseAsync(404, "media_not_found");
    }

    [Fact]
    public async Task A_document_is_for_its_owner_and_for_who_was_handed_a_signed_address()
    {
        var guest = await product.NewGuestAsync();
        var other = await product.NewGuestAsync();
        var view = await guest.Api.UploadAsync(Pictures.Png(700, 500, 105), "passport.png", "document").ReadAsync<MediaView>(201);

        await product.Api.GetAsync($"/api/v1/media/{view.Id}").ShouldRefuseAsync(404, "media_not_found");
        await other.Api.GetAsync($"/api/v1/media/{view.Id}/640.webp").ShouldRefuseAsync(404, "media_not_found");
        await guest.Api.GetAsync($"/api/v1/media/{view.Id}/640.webp").ShouldBeAsync(200);

        var address = view.Urls["640"];
        using var signed = await product.Api.GetAsync(address);
        signed.StatusCode.ShouldBe(HttpStatusCode.OK);
        signed.Headers.CacheControl!.Private.ShouldBeTrue();
        await product.Api.GetAsync(address.Replace("/640.webp", "/320.webp")).ShouldRefuseAsync(403, "media_address_invalid");
        await product.Api.GetAsync(address.Replace("expires=", "expires=9")).ShouldRefuseAsync(403, "media_address_invalid");
        await product.Api.GetAsync(address.Split('?')[0]).ShouldRefuseAsync(403, "media_address_invalid");
    }

    [Fact]
    public async Task A_pdf_is_a_document_and_comes_as_a_download()
    {
        var guest = await product.NewGuestAsync();
        var pdf = Pictures.Text("%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF");
        var view = await guest.Api.UploadAsync(pdf, "lease.pdf", "document").ReadAsync<MediaView>(201);
        (view.Status, view.ContentType).ShouldBe((MediaStatus.Ready, "application/pdf"));

        using var response = await guest.Api.GetAsync($"/api/v1/media/{view.Id}/document.pdf");
        response.Content.Headers.ContentDisposition!.ToString().ShouldContain("attachment; filename=lease.pdf");
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(pdf);
        (await product.Api.GetByteArrayAsync(view.Urls["document"])).ShouldBe(pdf);
        await guest.Api.UploadAsync(Pictures.Text("plain words"), "lease.pdf", "document").ShouldRefuseAsync(400, "document_format_unsupported");
    }

    async Task<MediaView> UploadedAsync(int seed, int width = 800, int height = 600)
    {
        var host = await product.NewHostAsync();
        return await host.Api.UploadAsync(Pictures.Png(width, height, seed), "room.png").ReadAsync<MediaView>(201);
    }
}
