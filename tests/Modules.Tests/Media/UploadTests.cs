using EstoSpaces.Contracts.Media;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Storage;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>What is taken in, what is refused, and what is left of it.</summary>
public sealed class UploadTests(WithProduct with) : IClassFixture<WithProduct>
{
    readonly TestProduct product = with.Product;

    [Fact]
    public async Task A_picture_answers_with_its_size_and_addresses_by_width()
    {
        var host = await product.NewHostAsync();
        var view = await host.Api.UploadAsync(Pictures.Png(1500, 1000, 1), "front.png").ReadAsync<MediaView>(201);

        view.OwnerId.ShouldBe(host.Id);
        view.Purpose.ShouldBe(MediaPurpose.Listing);
        view.Status.ShouldBe(MediaStatus.Ready);
        view.ContentType.ShouldBe("image/png");
        (view.Width, view.Height).ShouldBe((1500, 1000));
        view.Placeholder.ShouldNotBeNull().ShouldStartWith("data:image/webp;base64,");
        view.Placeholder!.Length.ShouldBeLessThan(600);
        view.Urls.Keys.ShouldBe(["320", "640", "1200", "2000"]);
        foreach (var url in view.Urls.Values) (await product.Api.GetByteArrayAsync(url)).Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task No_rendition_of_a_photo_with_a_position_carries_metadata_and_the_original_is_gone()
    {
        var host = await product.NewHostAsync();
        var photo = Pictures.WithGps(await Pictures.JpegAsync(product, seed: 20), orientation: 6);
        var view = await host.Api.UploadAsync(photo, "IMG_0001.JPG").ReadAsync<MediaView>(201);

        (view.Width, view.Height).ShouldBe((400, 640), "EXIF turns the picture by a quarter");
        foreach (var name in (string[])["320.webp", "320.jpg", "640.webp", "640.jpg"])
        {
            var rendition = await product.Api.GetByteArrayAsync($"/api/v1/media/{view.Id}/{name}");
            MetadataProof.FindIn(rendition).ShouldBeNull(name);
            rendition.AsSpan().IndexOf("Exif"u8).ShouldBe(-1, name);
        }
        var store = product.Inside<IObjectStore>("media");
        await Until.HoldsAsync(async () => !await store.ListAsync("originals/", CancellationToken.None).AnyAsync(), "no original is kept");
    }

    [Fact]
    public async Task Metadata_in_a_rendition_would_be_found()
    {
        var jpeg = await Pictures.JpegAsync(product, seed: 21);
        MetadataProof.FindIn(jpeg).ShouldBeNull();
        MetadataProof.FindIn(Pictures.WithGps(jpeg, 1)).ShouldBe("segment E1");
        MetadataProof.FindIn([.. jpeg, 0]).ShouldBe("data after the picture");
    }

    [Fact]
    public async Task A_stranger_cannot_upload() =>
        await product.Api.UploadAsync(Pictures.Png(200, 200), "a.png").ShouldRefuseAsync(401, "authentication_required");

    public static TheoryData<string, string, byte[]> Hostile => new()
    {
        { "media_file_empty", "empty.jpg", [] },
        { "picture_format_unsupported", "drawing.jpg", Pictures.Text("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>") },
        { "picture_format_unsupported", "page.png", Pictures.Text("<!doctype html><script>alert(1)</script>") },
        { "picture_format_unsupported", "old.gif.jpg", [.. "GIF89a"u8, .. new byte[40]] },
        { "picture_format_unsupported", "paper.jpg", Pictures.Text("%PDF-1.7 and so on, a document") },
        { "media_file_name_refused", "drawing.svg", Pictures.Png(200, 200) },
        { "media_file_name_refused", "holiday.jpg.exe", Pictures.Png(200, 200) },
        { "media_file_name_refused", "shell.php", Pictures.Png(200, 200) },
        { "picture_too_small", "dot.png", Pictures.Png(20, 20) },
        { "picture_too_many_pixels", "bomb.png", Pictures.Png(65536, 65536, new byte[100_000]) },
        { "picture_too_many_pixels", "strip.png", Pictures.Png(20000, 100, new byte[100]) },
        { "picture_damaged", "half.png", Pictures.Png(400, 400)[..2000] },
        { "picture_damaged", "lies.png", Pictures.Png(800, 600, new byte[90_000]) },
        { "picture_damaged", "header.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. new byte[100]] },
        { "picture_has_foreign_content", "zip.png", [.. Pictures.Png(200, 200), .. Pictures.ZipEnd] },
        { "picture_has_foreign_content", "php.png", [.. Pictures.Png(200, 200), .. "<?PHP system($_GET[0]);"u8] },
        { "picture_has_foreign_content", "html.png", [.. Pictures.Png(200, 200), .. "  <Script>alert(1)</script>"u8] },
        { "picture_has_foreign_content", "exe.png", [.. Pictures.Png(200, 200), .. "MZ"u8, 0x90, 0] },
    };

    [Theory, MemberData(nameof(Hostile))]
    public async Task What_is_no_honest_picture_is_refused(string code, string name, byte[] file)
    {
        var host = await product.NewHostAsync();
        await host.Api.UploadAsync(file, name).ShouldRefuseAsync(400, code, "file");
    }

    [Fact]
    public async Task A_truncated_jpeg_is_refused_and_one_with_a_second_picture_behind_it_is_taken()
    {
        var host = await product.NewHostAsync();
        var jpeg = await Pictures.JpegAsync(product, seed: 22);
        await host.Api.UploadAsync(jpeg[..(jpeg.Length / 2)], "half.jpg").ShouldRefuseAsync(400, "picture_damaged");
        await host.Api.UploadAsync([.. jpeg, .. jpeg], "gainmap.jpg").ReadAsync<MediaView>(201);
    }

    [Fact]
    public async Task A_picture_that_only_the_decoder_finds_damaged_is_as_if_it_had_never_been_sent()
    {
        var host = await product.NewHostAsync();
        var file = Pictures.Png(300, 300, 31);
        file[file.Length / 2] ^= 0xFF;
        await host.Api.UploadAsync(file, "scratch.png").ShouldRefuseAsync(400, "picture_damaged");
        await host.Api.UploadAsync(Pictures.Png(300, 300, 31), "whole.png").ReadAsync<MediaView>(201);
    }

    [Fact]
    public async Task Too_large_a_file_is_refused()
    {
        var host = await product.NewHostAsync();
        await host.Api.UploadAsync(new byte[(25 * 1024 * 1024) + 1], "large.jpg").ShouldRefuseAsync(400, "media_file_too_large");
    }

    [Fact]
    public async Task A_form_without_a_file_and_a_body_that_is_no_form_are_refused()
    {
        var host = await product.NewHostAsync();
        using var form = new MultipartFormDataContent { { new StringContent("listing"), "purpose" } };
        await host.Api.PostAsync("/api/v1/media/upload", form).ShouldRefuseAsync(400, "media_file_missing");
        await host.Api.PostAsync("/api/v1/media/upload", new { file = "x" }).ShouldRefuseAsync(415, "unsupported_media_type");
        using var broken = new StringContent("--x\r\nno form at all") { Headers = { ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } } } };
        await host.Api.PostAsync("/api/v1/media/upload", broken).ShouldRefuseAsync(400, "media_not_multipart");
        await host.Api.UploadAsync(Pictures.Png(200, 200), "a.png", "wallpaper").ShouldRefuseAsync(400, "media_purpose_unknown", "purpose");
    }

    [Theory]
    [InlineData("../../etc/passwd.png", "passwd.png")]
    [InlineData("C:\\Users\\me\\house.png", "house.png")]
    [InlineData("a\u202Egpj.png", "agpj.png")]
    [InlineData("tab\tnew\nline\0.png", "tabnewline.png")]
    [InlineData("....", "picture")]
    [InlineData(null, "picture")]
    [InlineData("maison d'été.png", "maison d'été.png")]
    [InlineData("<img src=x>.png", "img src=x.png")]
    public void A_hostile_file_name_becomes_a_plain_one(string? sent, string kept) => EstoSpaces.Media.FileNames.Clean(sent).ShouldBe(kept);

    [Fact]
    public void A_long_file_name_is_cut_before_its_extension()
    {
        var name = EstoSpaces.Media.FileNames.Clean(new string('x', 5000) + ".png");
        name.Length.ShouldBe(120);
        name.ShouldEndWith("x.png");
    }

    [Fact]
    public async Task A_file_of_a_hostile_name_is_taken()
    {
        var host = await product.NewHostAsync();
        await host.Api.UploadAsync(Pictures.Png(200, 200, 40), "../../../tmp/x\u202Egpj.png").ReadAsync<MediaView>(201);
    }

    [Fact]
    public async Task Of_many_files_each_is_taken_or_refused_by_itself()
    {
        var host = await product.NewHostAsync();
        var answer = await host.Api.UploadManyAsync((Pictures.Png(200, 200, 50), "one.png"), (Pictures.Text("<svg/>"), "two.png"), (Pictures.Png(200, 200, 51), "three.png")).ReadAsync(201);
        var items = answer.GetProperty("data").EnumerateArray().ToList();
        items.Select(i => i.GetProperty("file_name").GetString()).ShouldBe(["one.png", "two.png", "three.png"]);
        items[0].GetProperty("media").GetProperty("status").GetString().ShouldBe("ready");
        items[1].GetProperty("code").GetString().ShouldBe("picture_format_unsupported");
        items[2].GetProperty("media").GetProperty("width").GetInt32().ShouldBe(200);
    }

    [Fact]
    public async Task More_than_30_files_are_refused()
    {
        var host = await product.NewHostAsync();
        var file = (Pictures.Png(100, 100, 52), "a.png");
        await host.Api.UploadManyAsync([.. Enumerable.Repeat(file, 31)]).ShouldRefuseAsync(400, "media_too_many_files");
    }
}
