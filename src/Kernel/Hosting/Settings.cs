using System.Globalization;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>The settings of this process: environment variables, checked against <see cref="SettingsCatalog"/>. An empty value counts as unset.</summary>
public sealed class Settings(IReadOnlyDictionary<string, string> values)
{
    public string? this[string name] => values.TryGetValue(SettingsCatalog.MustKnow(name), out var value) && value.Length > 0 ? value : SettingsCatalog.DefaultOf(name);

    /// <summary>What is set, defaults left out.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    public bool Has(string name) => this[name] is not null;
    public string Required(string name) => this[name] ?? throw new SettingsException($"{name} is not set");
    public int Int(string name) => int.Parse(Required(name), CultureInfo.InvariantCulture);
    public bool Flag(string name) => this[name] is "1" or "true" or "yes" or "on";

    /// <summary>A span written as 15m, 24h, 90s or 7d.</summary>
    public TimeSpan Span(string name) => SettingsCatalog.ParseSpan(Required(name))!.Value;

    public bool IsProduction => this["ENVIRONMENT"] == "production";

    /// <summary>These settings with some replaced.</summary>
    public Settings With(params (string Name, string? Value)[] changes)
    {
        var copy = new Dictionary<string, string>(values, StringComparer.Ordinal);
        foreach (var (name, value) in changes) copy[SettingsCatalog.MustKnow(name)] = value ?? "";
        return new Settings(copy);
    }

    /// <summary>Reads the environment; a secret X may stand in a file that X_FILE names. Throws <see cref="SettingsException"/> with every wrong value and every near-miss of a known name.</summary>
    public static Settings FromEnvironment(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var (name, value) in environment)
        {
            if (SettingsCatalog.Find(name) is { } setting) Take(setting, value);
            else if (SettingsCatalog.FindByFile(name) is { } secret)
            {
                if (value.Length == 0) continue;
                try { Take(secret, File.ReadAllText(value).Trim()); }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException) { wrong.Add($"{name}={value}: {e.Message}"); }
            }
            else if (SettingsCatalog.NearMiss(name) is { } meant) wrong.Add($"{name} is not a setting; did you mean {meant}?");
        }
        return wrong.Count == 0 ? new Settings(known) : throw new SettingsException(string.Join(Environment.NewLine, wrong));

        void Take(Setting setting, string value)
        {
            if (value.Length == 0) return;
            if (!known.TryAdd(setting.Name, value)) wrong.Add($"{setting.Name} is set twice: by itself and by {setting.Name}{SettingsCatalog.FileSuffix}");
            if (setting.Check(value) is { } problem) wrong.Add($"{setting.Name}={(setting.Secret ? "…" : value)}: {problem}");
        }
    }
}

/// <summary>The configuration can't be used; the message says what to change.</summary>
public sealed class SettingsException(string message) : Exception(message);
