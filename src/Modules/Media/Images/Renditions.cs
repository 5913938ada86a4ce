using EstoSpaces.Contracts;

namespace EstoSpaces.Media.Images;

/// <summary>Makes every size of a picture from an upload. Runs in the worker process only: from here on C decoders read the bytes.</summary>
static unsafe class Renditions
{
    const string Jpeg = "Q=80,optimize-coding=true,background=255,";
    const string WebP = "Q=78,effort=2,";
    const string Tiny = "Q=40,effort=2,";
    const int PlaceholderWidth = 20;

    /// <summary>Refuses what cannot be decoded; the decoder's own words go to <paramref name="detail"/>.</summary>
    public static Result<PictureSet> Make(ReadOnlySpan<byte> upload, out string? detail)
    {
        detail = null;
        if (PictureInspection.Inspect(upload, out var facts) is { } refusal) return refusal;
        fixed (byte* data = upload)
        {
            try
            {
                return MakeAll(data, upload.Length, facts!);
            }
            catch (VipsException error)
            {
                detail = error.Message;
                return facts!.Kind == PictureKind.Heic ? MediaRefusals.HeicUnsupported : MediaRefusals.Damaged;
            }
        }
    }

    static Result<PictureSet> MakeAll(byte* data, int length, PictureFacts facts)
    {
        // The decoder's own reading of the header has the last word on the size.
        using (var header = VipsImage.Read(Loader(facts.Kind), data, length))
            if (PictureLimits.Judge(header.Width, header.Height) is { } tooLarge) return tooLarge;

        var made = new List<Rendition>();
        var current = Upright(data, length, facts);
        try
        {
            var (width, height) = OriginalSize(current, facts);
            foreach (var step in RenditionNames.StepsFor(width).OrderDescending())
            {
                if (step < current.Width) Replace(ref current, current.Apply("thumbnail_image", Box(step)));
                made.Add(Checked(new(step, "image/webp", current.Width, current.Height, current.Save("webpsave_buffer", WebP + VipsImage.KeepNothing))));
                made.Add(Checked(new(step, "image/jpeg", current.Width, current.Height, current.Save("jpegsave_buffer", Jpeg + VipsImage.KeepNothing))));
            }
            Replace(ref current, current.Apply("thumbnail_image", Box(PlaceholderWidth)));
            var placeholder = "data:image/webp;base64," + Convert.ToBase64String(current.Save("webpsave_buffer", Tiny + VipsImage.KeepNothing));
            made.Reverse();
            return new PictureSet(width, height, placeholder, made);
        }
        finally
        {
            current.Dispose();
        }
    }

    /// <summary>
    /// The largest rendition's pixels: turned as EXIF says, in sRGB, without metadata. Colours are converted after shrinking; before, it costs
    /// twenty times as much. The format's own loader is asked, because libvips' thumbnail_buffer passes over damage that fail-on=error reports.
    /// </summary>
    static VipsImage Upright(byte* data, int length, PictureFacts facts)
    {
        VipsImage image;
        var options = "access=sequential,fail-on=error" + (facts.Kind == PictureKind.Jpeg ? $",shrink={ShrinkOnLoad(facts)}" : "");
        using (var loaded = VipsImage.Read(Loader(facts.Kind), data, length, options))
        using (var recipe = loaded.Apply("thumbnail_image", Box(RenditionNames.Ladder[^1])))
            image = recipe.ToMemory();
        if (image.HasProfile || image.IsCmyk) ToScreenColours(ref image);
        Replace(ref image, image.Apply("colourspace", "space=srgb"));
        image.RemoveMetadata();
        return image;
    }

    static void ToScreenColours(ref VipsImage image)
    {
        try
        {
            Replace(ref image, image.Apply("icc_transform", "output-profile=srgb,embedded=true" + (image.IsCmyk ? ",input-profile=cmyk" : "")));
        }
        catch (VipsException)
        {
            // A broken colour profile is common in old scans and no reason to refuse: the colours are then taken as they are.
        }
    }

    // Shrinking on load loses the original's size. A PNG, WebP or AVIF may be turned too, which only its decoder knows.
    static (int Width, int Height) OriginalSize(VipsImage upright, PictureFacts facts)
    {
        var swapped = (facts.Width > facts.Height) != (upright.Width > upright.Height) && facts.Width != facts.Height && upright.Width != upright.Height;
        return swapped ? (facts.Height, facts.Width) : (facts.Width, facts.Height);
    }

    // A JPEG decoder can skip detail that will not be seen: a half, a quarter, an eighth. EXIF may turn the picture later, so the lesser need of both ways counts.
    static int ShrinkOnLoad(PictureFacts facts)
    {
        double width = RenditionNames.Ladder[^1], height = width * 2;
        var upright = Math.Max(facts.Width / width, facts.Height / height);
        var turned = Math.Max(facts.Height / width, facts.Width / height);
        return Math.Min(upright, turned) switch { >= 8 => 8, >= 4 => 4, >= 2 => 2, _ => 1 };
    }

    // Never enlarged. The height bounds panoramas that stand upright.
    static string Box(int width) => $"width={width},height={width * 2},size=down";

    static void Replace(ref VipsImage image, VipsImage recipe)
    {
        using (recipe)
        {
            var next = recipe.ToMemory();
            image.Dispose();
            image = next;
        }
    }

    static Rendition Checked(Rendition rendition) => MetadataProof.FindIn(rendition.Data) is { } found
        ? throw new InvalidOperationException($"rendition {rendition.Name} still carries metadata: {found}")
        : rendition;

    static string Loader(PictureKind kind) => kind switch
    {
        PictureKind.Jpeg => "jpegload_buffer",
        PictureKind.Png => "pngload_buffer",
        PictureKind.WebP => "webpload_buffer",
        _ => "heifload_buffer",
    };
}
