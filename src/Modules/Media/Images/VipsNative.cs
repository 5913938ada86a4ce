using System.Runtime.InteropServices;

namespace EstoSpaces.Media.Images;

/// <summary>
/// The part of libvips and GObject that is called. libvips' friendly C functions are variadic, which P/Invoke cannot do on Apple silicon;
/// operations are therefore built by name and their arguments set as GObject properties, as every language binding of libvips does.
/// It stands in for NetVips, which the package feed lacks.
/// </summary>
static unsafe partial class VipsNative
{
    public const string Vips = "vips", GObject = "gobject", GLib = "glib";

    [StructLayout(LayoutKind.Sequential)]
    public struct GValue
    {
        public nuint Type;
        public long First, Second;
    }

    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)] public static partial int vips_init(string programName);
    [LibraryImport(Vips)] public static partial nint vips_version_string();
    [LibraryImport(Vips)] public static partial void vips_concurrency_set(int threads);
    [LibraryImport(Vips)] public static partial void vips_cache_set_max(int operations);
    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)] public static partial void vips_operation_block_set(string className, int blocked);
    [LibraryImport(Vips)] public static partial nint vips_error_buffer_copy();
    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)] public static partial nint vips_operation_new(string name);
    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)] public static partial int vips_object_set_from_string(nint instance, string options);
    [LibraryImport(Vips)] public static partial int vips_cache_operation_buildp(nint* operation);
    [LibraryImport(Vips)] public static partial void vips_object_unref_outputs(nint instance);
    [LibraryImport(Vips)] public static partial nint vips_blob_new(nint freeFunction, byte* data, nuint size);
    [LibraryImport(Vips)] public static partial byte* vips_blob_get(nint blob, nuint* size);
    [LibraryImport(Vips)] public static partial void vips_area_unref(nint area);
    [LibraryImport(Vips)] public static partial nuint vips_blob_get_type();
    [LibraryImport(Vips)] public static partial nuint vips_image_get_type();
    [LibraryImport(Vips)] public static partial int vips_image_get_width(nint image);
    [LibraryImport(Vips)] public static partial int vips_image_get_height(nint image);
    [LibraryImport(Vips)] public static partial int vips_image_get_interpretation(nint image);
    [LibraryImport(Vips)] public static partial nint vips_image_copy_memory(nint image);
    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)] public static partial nuint vips_image_get_typeof(nint image, string field);
    [LibraryImport(Vips, StringMarshalling = StringMarshalling.Utf8)] public static partial int vips_image_remove(nint image, string field);
    [LibraryImport(Vips)] public static partial nint* vips_image_get_fields(nint image);
    [LibraryImport(GLib)] public static partial void g_strfreev(nint* strings);
    [LibraryImport(GLib)] public static partial void g_free(nint memory);
    [LibraryImport(GObject)] public static partial void g_object_unref(nint instance);
    [LibraryImport(GObject)] public static partial nint g_value_init(GValue* value, nuint type);
    [LibraryImport(GObject)] public static partial void g_value_unset(GValue* value);
    [LibraryImport(GObject)] public static partial void g_value_set_object(GValue* value, nint instance);
    [LibraryImport(GObject)] public static partial nint g_value_dup_object(GValue* value);
    [LibraryImport(GObject)] public static partial void g_value_set_boxed(GValue* value, nint boxed);
    [LibraryImport(GObject)] public static partial nint g_value_dup_boxed(GValue* value);
    [LibraryImport(GObject, StringMarshalling = StringMarshalling.Utf8)] public static partial void g_object_set_property(nint instance, string name, GValue* value);
    [LibraryImport(GObject, StringMarshalling = StringMarshalling.Utf8)] public static partial void g_object_get_property(nint instance, string name, GValue* value);
}
