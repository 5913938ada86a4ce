using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Sandbox;

/// <summary>JSON as the providers write it: names as they stand in the code, and a null where they write a null.</summary>
internal static class Wires
{
    static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Json(object value, int statusCode = 200) => Results.Json(value, Options, statusCode: statusCode);
}
