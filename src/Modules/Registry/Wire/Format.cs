using System.Text;
using System.Text.Json;
using System.Xml;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Registry.Wire;

/// <summary>Both forms of Eureka's documents. As Eureka does, an answer is XML unless the caller accepts JSON by name.</summary>
internal enum Form { Json, Xml }

internal static class Format
{
    private const int Deepest = 12;

    public static Form Accepted(HttpRequest request) => request.Headers.Accept.ToString().Contains("json", StringComparison.OrdinalIgnoreCase) ? Form.Json : Form.Xml;

    /// <summary>The form of a body, or null when the caller does not say one of the two.</summary>
    public static Form? Sent(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        return type.Contains("json", StringComparison.OrdinalIgnoreCase) ? Form.Json : type.Contains("xml", StringComparison.OrdinalIgnoreCase) ? Form.Xml : null;
    }

    public static string ContentType(Form form) => form == Form.Json ? "application/json" : "application/xml";

    public static byte[] Write(Element root, Form form)
    {
        using var stream = new MemoryStream();
        if (form == Form.Json)
        {
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartObject();
            json.WritePropertyName(root.Name);
            WriteJson(json, root);
            json.WriteEndObject();
            json.Flush();
        }
        else
        {
            using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, Indent = true, CheckCharacters = false });
            WriteXml(xml, root);
            xml.Flush();
        }
        return stream.ToArray();
    }

    /// <summary>An object whose fields are the element's children: what registries send each other.</summary>
    public static byte[] WriteFields(Element fields)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) WriteJson(json, fields);
        return stream.ToArray();
    }

    /// <summary>An element whose children are the document's fields, or its root. Throws <see cref="FormatException"/> for what is not one.</summary>
    public static Element Read(byte[] body, Form form)
    {
        try { return form == Form.Json ? ReadJson(body) : ReadXml(body); }
        catch (JsonException e) { throw new FormatException("The body is not JSON.", e); }
        catch (XmlException e) { throw new FormatException("The body is not XML as it is expected here.", e); }
    }

    /// <summary>As much of a JSON value as Eureka's documents use; other kinds of values are read as text.</summary>
    public static Element FromJson(string name, JsonElement value)
    {
        var element = new Element(name);
        if (value.ValueKind != JsonValueKind.Object)
        {
            element.Text = TextOf(value);
            return element;
        }
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null) continue;
            if (property.Name == "$") element.Text = TextOf(property.Value);
            else if (property.Name.StartsWith('@')) element.With(property.Name[1..], TextOf(property.Value));
            else if (property.Value.ValueKind == JsonValueKind.Array) element.Children.AddRange(property.Value.EnumerateArray().Select(v => FromJson(property.Name, v)));
            else element.Children.Add(FromJson(property.Name, property.Value));
        }
        return element;
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static Element ReadJson(byte[] body)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = Deepest });
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("The body is not a JSON object.");
        try { return FromJson("", document.RootElement); }
        catch (InvalidOperationException e) { throw new FormatException("The body has a text that is not valid Unicode.", e); }
    }

    private static Element ReadXml(byte[] body)
    {
        using var reader = XmlReader.Create(new MemoryStream(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true });
        var document = new Element("");
        var open = new Stack<Element>([document]);
        while (reader.Read())
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (open.Count > Deepest) throw new FormatException("The body is nested too deeply.");
                    var (element, isEmpty) = (new Element(XmlConvert.DecodeName(reader.LocalName)), reader.IsEmptyElement);
                    while (reader.MoveToNextAttribute()) element.With(reader.LocalName, reader.Value);
                    open.Peek().Children.Add(element);
                    if (!isEmpty) open.Push(element);
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    open.Peek().Text += reader.Value;
                    break;
                default:
                    break;
            }
        return document;
    }

    private static void WriteJson(Utf8JsonWriter json, Element element)
    {
        if (element.Children.Count == 0 && element.Attributes.Count == 0 && element.Text is not null)
        {
            WriteText(json, element);
            return;
        }
        json.WriteStartObject();
        if (element.Text is not null)
        {
            json.WritePropertyName("$");
            WriteText(json, element);
        }
        foreach (var (name, value) in element.Attributes) json.WriteString("@" + name, value);
        for (var i = 0; i < element.Children.Count; i++)
        {
            var child = element.Children[i];
            json.WritePropertyName(child.Name);
            if (!child.Repeats)
            {
                WriteJson(json, child);
                continue;
            }
            json.WriteStartArray();
            for (; i < element.Children.Count && element.Children[i].Name == child.Name; i++)
                if (!element.Children[i].IsEmptyList) WriteJson(json, element.Children[i]);
            i--;
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, Element element)
    {
        if (element.IsNumber) json.WriteRawValue(element.Text!);
        else json.WriteStringValue(element.Text);
    }

    private static void WriteXml(XmlWriter xml, Element element)
    {
        xml.WriteStartElement(XmlConvert.EncodeLocalName(element.Name));
        foreach (var (name, value) in element.Attributes) xml.WriteAttributeString(name, value);
        if (element.Text is not null) xml.WriteString(element.Text);
        foreach (var child in element.Children)
            if (!child.IsEmptyList) WriteXml(xml, child);
        xml.WriteEndElement();
    }
}
