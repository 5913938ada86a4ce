using System.Runtime.InteropServices;
using static EstoSpaces.Media.Images.VipsNative;

namespace EstoSpaces.Media.Images;

/// <summary>libvips refused an operation; the message is libvips' own, for logs and never for the person who uploaded.</summary>
public sealed class VipsException(string message) : Exception(message);

/// <summary>An image of libvips. Usually a recipe: pixels are made when it is saved or brought <see cref="ToMemory"/>.</summary>
sealed unsafe class VipsImage : SafeHandle
{
    const int Cmyk = 15;   // VIPS_INTERPRETATION_CMYK

    VipsImage(nint image) : base(0, ownsHandle: true) => SetHandle(image);

    /// <summary>The savers' option that keeps no metadata; its name changed in libvips 8.15.</summary>
    public static string KeepNothing { get; private set; } = "";

    public override bool IsInvalid => handle == 0;
    public int Width => vips_image_get_width(handle);
    public int Height => vips_image_get_height(handle);
    public bool IsCmyk => vips_image_get_interpretation(handle) == Cmyk;
    public bool HasProfile => vips_image_get_typeof(handle, "icc-profile-data") != 0;

    protected override bool ReleaseHandle()
    {
        g_object_unref(handle);
        return true;
    }

    /// <summary>Prepares libvips for hostile input: no loader but those of the formats we take, no cache (every upload is new), one thread a worker.</summary>
    public static string Start()
    {
        var file = VipsLibrary.Load();
        if (vips_init("estospaces") != 0) throw new VipsException(LastError());
        vips_cache_set_max(0);
        vips_concurrency_set(1);
        vips_operation_block_set("VipsForeignLoad", 1);
        foreach (var loader in (string[])["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadHeif"])
            vips_operation_block_set(loader, 0);
        var version = Marshal.PtrToStringUTF8(vips_version_string())!;
        KeepNothing = Version.Parse(version.Split('-')[0]) >= new Version(8, 15) ? "keep=none" : "strip=true";
        return $"libvips {version} ({file})";
    }

    /// <summary>An operation that reads a file in memory. The memory must stay pinned while the image lives: it is read lazily.</summary>
    public static VipsImage Read(string operation, byte* data, int length, string options = "")
    {
        var blob = vips_blob_new(0, data, (nuint)length);
        try
        {
            return new(Run(operation, options, op => SetBoxed(op, "buffer", vips_blob_get_type(), blob), TakeImage));
        }
        finally
        {
            vips_area_unref(blob);
        }
    }

    /// <summary>An operation from this image to another.</summary>
    public VipsImage Apply(string operation, string options = "") => new(Run(operation, options, SetInput, TakeImage));

    /// <summary>Encodes this image; <paramref name="saver"/> is one of libvips' <c>…save_buffer</c> operations.</summary>
    public byte[] Save(string saver, string options) => Run(saver, options, SetInput, op =>
    {
        var blob = Take(op, "buffer", vips_blob_get_type(), boxed: true);
        nuint length;
        var data = vips_blob_get(blob, &length);
        var bytes = new ReadOnlySpan<byte>(data, (int)length).ToArray();
        vips_area_unref(blob);
        return bytes;
    });

    /// <summary>The pixels, computed now.</summary>
    public VipsImage ToMemory()
    {
        var image = vips_image_copy_memory(handle);
        return image != 0 ? new(image) : throw new VipsException(LastError());
    }

    /// <summary>
    /// Drops EXIF (with GPS), XMP, IPTC, the colour profile and comments. The savers are told to keep nothing as well, but
    /// some versions of libvips leave EXIF in WebP all the same.
    /// </summary>
    public void RemoveMetadata()
    {
        var fields = vips_image_get_fields(handle);
        for (var field = fields; *field != 0; field++)
        {
            var name = Marshal.PtrToStringUTF8(*field)!;
            if (name.EndsWith("-data", StringComparison.Ordinal) || name.StartsWith("exif", StringComparison.Ordinal)
                || name.Contains("comment", StringComparison.Ordinal) || name is "orientation" or "heif-primary")
                vips_image_remove(handle, name);
        }
        g_strfreev(fields);
    }

    void SetInput(nint operation)
    {
        GValue value = default;
        g_value_init(&value, vips_image_get_type());
        g_value_set_object(&value, handle);
        g_object_set_property(operation, "in", &value);
        g_value_unset(&value);
    }

    static void SetBoxed(nint operation, string property, nuint type, nint boxed)
    {
        GValue value = default;
        g_value_init(&value, type);
        g_value_set_boxed(&value, boxed);
        g_object_set_property(operation, property, &value);
        g_value_unset(&value);
    }

    static nint TakeImage(nint operation) => Take(operation, "out", vips_image_get_type(), boxed: false);

    static nint Take(nint operation, string property, nuint type, bool boxed)
    {
        GValue value = default;
        g_value_init(&value, type);
        g_object_get_property(operation, property, &value);
        var result = boxed ? g_value_dup_boxed(&value) : g_value_dup_object(&value);
        g_value_unset(&value);
        return result;
    }

    static T Run<T>(string name, string options, Action<nint> setInput, Func<nint, T> takeOutput)
    {
        var operation = vips_operation_new(name);
        if (operation == 0) throw new VipsException(LastError());
        try
        {
            setInput(operation);
            if (options.Length > 0 && vips_object_set_from_string(operation, options) != 0) throw new VipsException(LastError());
            if (vips_cache_operation_buildp(&operation) != 0)
            {
                vips_object_unref_outputs(operation);
                throw new VipsException(LastError());
            }
            var result = takeOutput(operation);
            vips_object_unref_outputs(operation);
            return result;
        }
        finally
        {
            g_object_unref(operation);
        }
    }

    static string LastError()
    {
        var text = vips_error_buffer_copy();
        var message = Marshal.PtrToStringUTF8(text)!.Trim();
        g_free(text);
        return message;
    }
}
