using System.Text;
using System.Text.Json;
using EstoSpaces.Contracts;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Kernel.Outcomes;

/// <summary>Cursor paging: <c>?limit=20&amp;cursor=…</c>. A cursor is opaque to clients: the sort key and id of the last row, as base64url JSON.</summary>
public sealed record PageRequest(int Limit, string? Cursor)
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;

    public static ValueTask<PageRequest?> BindAsync(HttpContext http)
    {
        var limit = http.Request.Query["limit"].ToString();
        if (limit.Length > 0 && (!int.TryParse(limit, out var n) || n is < 1 or > MaxLimit)) throw new BadHttpRequestException($"limit must be a number from 1 to {MaxLimit}");
        var cursor = http.Request.Query["cursor"].ToString();
        if (cursor.Length > 0 && Decode<JsonElement[]>(cursor) is null) throw new BadHttpRequestException("cursor is not one that this list gave out");
        return ValueTask.FromResult<PageRequest?>(new PageRequest(limit.Length > 0 ? int.Parse(limit, System.Globalization.CultureInfo.InvariantCulture) : DefaultLimit, cursor.Length > 0 ? cursor : null));
    }

    /// <summary>What the cursor was made of, or null on the first page.</summary>
    public (DateTimeOffset At, Guid Id)? TimeAndId()
    {
        if (Cursor is null || Decode<JsonElement[]>(Cursor) is not [{ ValueKind: JsonValueKind.String } at, { ValueKind: JsonValueKind.String } id]) return null;
        return at.TryGetDateTimeOffset(out var time) && id.TryGetGuid(out var guid) ? (time, guid) : throw new BadHttpRequestException("cursor is not one that this list gave out");
    }

    /// <summary>Cuts a list that was read with one row too many (limit + 1) and makes the next cursor from its last row.</summary>
    public Page<T> Cut<T>(List<T> rows, Func<T, (DateTimeOffset At, Guid Id)> key)
    {
        if (rows.Count <= Limit) return new Page<T>(rows, null);
        var page = rows.GetRange(0, Limit);
        var (at, id) = key(page[^1]);
        return new Page<T>(page, Encode(new object[] { at.UtcDateTime.ToString("O"), id }));
    }

    public static string Encode(object key) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(key)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static T? Decode<T>(string cursor)
    {
        try
        {
            var text = cursor.Replace('-', '+').Replace('_', '/');
            return JsonSerializer.Deserialize<T>(Encoding.UTF8.GetString(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))));
        }
        catch (Exception e) when (e is FormatException or JsonException) { return default; }
    }
}

/// <summary>Versions on the wire: <c>ETag: "7"</c> out, <c>If-Match: "7"</c> in.</summary>
public static class Versions
{
    public static void Tag(HttpContext http, long version) => http.Response.Headers.ETag = $"\"{version}\"";

    /// <summary>Null when If-Match is absent or names this version.</summary>
    public static Refusal? Check(HttpContext http, long version)
    {
        var match = http.Request.Headers.IfMatch.ToString();
        return match.Length == 0 || match == "*" || match.Trim().Trim('"') == version.ToString(System.Globalization.CultureInfo.InvariantCulture) ? null : Problems.EditedMeanwhile;
    }
}
