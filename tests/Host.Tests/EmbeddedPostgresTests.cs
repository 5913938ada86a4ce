using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Host.Tests;

/// <summary>The embedded server, on real processes: what a person meets who starts, stops, kills and restarts the product.</summary>
public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("estospaces-postgres-").FullName;

    public EmbeddedPostgresTests()
    {
        // A root test run hands the server to another user, who must be able to reach the directory.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
    }

    private string Cluster => Path.Combine(_directory, "postgres");
    private string PidFile => Path.Combine(Cluster, "postmaster.pid");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_was_written_is_there_after_a_restart_on_the_same_port()
    {
        int port;
        await using (var first = await StartAsync())
        {
            await first.EnsureDatabasesAsync(["homes"]);
            await ExecuteAsync(first, "homes", "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')");
            port = first.Port;
        }
        await using var second = await StartAsync();
        (await ScalarAsync(second, "homes", "SELECT text FROM notes")).ShouldBe("kept");
        second.Port.ShouldBe(port);
        second.Adopted.ShouldBeFalse();
    }

    [Fact]
    public async Task Each_database_has_the_extensions_that_modules_rely_on_and_is_made_once()
    {
        await using var server = await StartAsync();
        await server.EnsureDatabasesAsync(["estospaces_a", "estospaces_b"]);
        await ExecuteAsync(server, "estospaces_b", "CREATE TABLE kept (id int)");
        await server.EnsureDatabasesAsync(["estospaces_a", "estospaces_b", "estospaces_c"]);

        (await ScalarAsync(server, "estospaces_b", "SELECT count(*) FROM kept")).ShouldBe(0L);
        foreach (var database in new[] { "estospaces_a", "estospaces_c" })
            (await ScalarAsync(server, database, """
                SELECT count(*) FROM pg_extension WHERE extname IN ('btree_gist', 'cube', 'earthdistance', 'pg_trgm', 'pgcrypto', 'citext', 'unaccent')
                """)).ShouldBe(7L);
    }

    [Fact]
    public async Task The_server_ends_with_its_owner()
    {
        var server = await StartAsync();
        var pid = server.ProcessId;
        Runs(pid).ShouldBeTrue();
        await server.DisposeAsync();
        Runs(pid).ShouldBeFalse();
    }

    [Fact]
    public async Task Commits_are_durable_and_errors_carry_no_values()
    {
        await using var server = await StartAsync();
        (await ScalarAsync(server, "postgres", "SHOW fsync")).ShouldBe("on");
        (await ScalarAsync(server, "postgres", "SHOW synchronous_commit")).ShouldBe("on");
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres"));
        connection.IncludeErrorDetail.ShouldBeFalse();
        connection.MaxPoolSize.ShouldBe(15);
    }

    [Fact]
    public async Task A_stranger_without_the_password_is_not_let_in()
    {
        await using var server = await StartAsync();
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Password = "guess", Pooling = false };
        await using var stranger = new NpgsqlConnection(connection.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(() => stranger.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task A_second_owner_of_the_same_data_is_refused()
    {
        await using var first = await StartAsync();
        (await Should.ThrowAsync<EmbeddedPostgresException>(() => StartAsync())).Message.ShouldContain("already runs the database");
    }

    [Fact]
    public async Task Another_port_is_taken_when_that_of_last_time_is_gone()
    {
        int port;
        await using (var first = await StartAsync()) port = first.Port;
        using var squatter = new TcpListener(IPAddress.Loopback, port);
        squatter.Start();
        await using var second = await StartAsync();
        second.Port.ShouldNotBe(port);
    }

    [Fact]
    public async Task A_port_that_was_asked_for_and_is_taken_is_refused_by_name()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        (await Should.ThrowAsync<EmbeddedPostgresException>(() => StartAsync(port))).Message.ShouldContain($"Port {port}");
    }

    [Fact]
    public async Task A_pid_file_whose_number_belongs_to_a_stranger_is_ignored()
    {
        await using (await StartAsync())
        {
        }
        await File.WriteAllTextAsync(PidFile, $"{Environment.ProcessId}\n{Cluster}\n123\n1\n\n127.0.0.1\n  1 2\nready   \n");
        await using var server = await StartAsync();
        server.Adopted.ShouldBeFalse();
        (await ScalarAsync(server, "postgres", "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Data_of_another_major_version_is_refused_with_what_to_install()
    {
        Directory.CreateDirectory(Cluster);
        await File.WriteAllTextAsync(Path.Combine(Cluster, "PG_VERSION"), "11\n");
        var refused = await Should.ThrowAsync<EmbeddedPostgresException>(() => StartAsync());
        refused.Message.ShouldContain("made by PostgreSQL 11");
        refused.Message.ShouldContain("postgresql-11");
    }

    [Fact]
    public async Task A_directory_with_something_else_in_it_is_left_alone()
    {
        Directory.CreateDirectory(Cluster);
        var letter = Path.Combine(Cluster, "letter.txt");
        await File.WriteAllTextAsync(letter, "dear");
        await Should.ThrowAsync<EmbeddedPostgresException>(() => StartAsync());
        File.Exists(letter).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_start_leaves_no_server_behind()
    {
        await using (await StartAsync())
        {
        }
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
        try
        {
            await using var server = await EmbeddedPostgres.StartAsync(new() { DataDirectory = Cluster }, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // the usual end; a very fast machine may have started before the word came
        }
        File.Exists(PidFile).ShouldBeFalse();
        await using var again = await StartAsync();
        (await ScalarAsync(again, "postgres", "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_killed_host_takes_its_server_with_it_and_the_next_start_is_clean()
    {
        if (OperatingSystem.IsWindows()) return;   // there the server outlives its host, and is taken over by the next
        using var host = await StartHostAsync();
        var pid = ServerPid();
        host.Kill();
        await Until.HoldsAsync(() => Task.FromResult(!Runs(pid)), "the server ends after its host was killed");
        await using var server = await StartAsync();
        server.Adopted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_lost_host_and_watchdog_is_taken_over()
    {
        using var host = await StartHostAsync();
        var pid = ServerPid();
        if (!OperatingSystem.IsWindows())
        {
            using var watchdog = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Cluster + ".watchdog"), CultureInfo.InvariantCulture));
            watchdog.Kill();
            await watchdog.WaitForExitAsync();
        }
        host.Kill();
        await host.WaitForExitAsync();
        await using var server = await StartAsync();
        server.Adopted.ShouldBeTrue();
        server.ProcessId.ShouldBe(pid);
    }

    [Fact]
    public async Task The_doctor_names_a_taken_port_and_what_to_do()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        var findings = await Diagnosis.ExamineAsync(_directory, [port]);
        findings.ShouldContain(f => f.What == "ports" && !f.Good && f.Found.Contains(port.ToString(CultureInfo.InvariantCulture)) && f.Remedy.Contains("PORT_OFFSET"));
        findings.ShouldContain(f => f.What == "PostgreSQL 15+" && f.Good);
        Diagnosis.Print(findings, TextWriter.Null).ShouldBeFalse();
    }

    private Task<EmbeddedPostgres> StartAsync(int port = 0) => EmbeddedPostgres.StartAsync(new() { DataDirectory = Cluster, Port = port });

    /// <summary>A host in a process of its own, which is this program run as one: see <see cref="HostProcess"/>.</summary>
    private async Task<Process> StartHostAsync()
    {
        var host = HostProcess.Start(Cluster);
        await Until.HoldsAsync(() => Task.FromResult(host.HasExited || File.Exists(PidFile) && File.ReadAllText(PidFile).Contains("ready", StringComparison.Ordinal)),
            "the host's server is ready", seconds: 60);
        host.HasExited.ShouldBeFalse();
        return host;
    }

    private int ServerPid() => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    /// <summary>A process that has ended but that nobody has waited for does not run.</summary>
    private static bool Runs(int pid)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return File.ReadAllText($"/proc/{pid}/cmdline").Length > 0;
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return false;
        }
    }

    private static async Task ExecuteAsync(EmbeddedPostgres server, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(EmbeddedPostgres server, string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
