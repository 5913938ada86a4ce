using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

/// <summary>Messages and signatures of people who want into accounts that are not theirs.</summary>
public sealed class HostileWalletTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;
    private HttpClient Api => product.Api;

    /// <summary>Somebody's linked wallet, and a good message that waits to be changed.</summary>
    private async Task<(TestWallet Wallet, SignInMessage Message)> LinkedAsync()
    {
        var wallet = await product.LinkWalletAsync(await product.NewGuestAsync());
        SignInMessageReader.TryRead((await product.SignInMessageAsync(wallet)).Message, out var message, out _).ShouldBeTrue();
        return (wallet, message!);
    }

    private Task<HttpResponseMessage> LoginAsync(TestWallet signer, string message) => Api.PostAsync("/api/v1/auth/wallet/login", new { message, signature = signer.SignText(message) });

    [Fact]
    public async Task A_message_works_once()
    {
        var (wallet, message) = await LinkedAsync();
        await LoginAsync(wallet, message.ToString()).ShouldBeAsync(200);
        await LoginAsync(wallet, message.ToString()).ShouldRefuseAsync(400, "wallet_nonce_invalid", "message");
        await Api.PostAsync("/api/v1/auth/wallet/register", new { message = message.ToString(), signature = wallet.SignText(message.ToString()), email = $"x-{Guid.NewGuid():n}@example.com" })
            .ShouldRefuseAsync(400, "wallet_nonce_invalid");
    }

    [Fact]
    public async Task Of_many_replays_at_once_one_signs_in()
    {
        var (wallet, message) = await LinkedAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (int)(await LoginAsync(wallet, message.ToString())).StatusCode));
        answers.Order().ShouldBe([200, 400, 400, 400, 400, 400, 400, 400]);
    }

    [Fact]
    public async Task A_message_for_another_page_is_refused()
    {
        var (wallet, message) = await LinkedAsync();
        SignInMessage[] wrong =
        [
            message with { Domain = "evil.example" }, message with { Domain = "evil." + message.Domain }, message with { Domain = "localhost" }, message with { Domain = message.Domain.ToUpperInvariant() },
            message with { Uri = "https://evil.example/" }, message with { Uri = "http://evil.example/" + message.Uri }, message with { Uri = message.Uri.Replace("http://", "https://", StringComparison.Ordinal) },
            message with { Uri = $"http://{message.Domain}@evil.example/" }, message with { Uri = message.Uri + "0" }, message with { Scheme = "https" },
        ];
        foreach (var text in wrong.Select(w => w.ToString())) await LoginAsync(wallet, text).ShouldRefuseAsync(400, "wallet_wrong_origin", "message");
        await LoginAsync(wallet, (message with { Uri = message.Uri + "/login?from=trips", Scheme = "http" }).ToString()).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_message_for_another_chain_is_refused()
    {
        var (wallet, message) = await LinkedAsync();
        await LoginAsync(wallet, (message with { ChainId = 1 }).ToString()).ShouldRefuseAsync(400, "wallet_wrong_chain");
        await Api.PostAsync("/api/v1/auth/wallet/nonce", new { address = wallet.Address.ToString(), chain_id = 1 }).ShouldRefuseAsync(400, "wallet_wrong_chain", "chain_id");
    }

    [Fact]
    public async Task A_nonce_that_is_unknown_anothers_or_old_is_refused()
    {
        var (wallet, message) = await LinkedAsync();
        await LoginAsync(wallet, (message with { Nonce = "abcdefgh12345678abcdefgh" }).ToString()).ShouldRefuseAsync(400, "wallet_nonce_invalid");
        await LoginAsync(wallet, (message with { Nonce = message.Nonce.ToLowerInvariant() + "x" }).ToString()).ShouldRefuseAsync(400, "wallet_nonce_invalid");

        // A nonce for one address proves no other.
        var (other, othersMessage) = await LinkedAsync();
        await LoginAsync(wallet, (message with { Nonce = othersMessage.Nonce }).ToString()).ShouldRefuseAsync(400, "wallet_nonce_invalid");

        await product.Inside<NpgsqlDataSource>("auth").ExecuteAsync("update wallet_nonces set expires_at = now() - interval '1 second' where nonce = $1", [message.Nonce], default);
        await LoginAsync(wallet, message.ToString()).ShouldRefuseAsync(400, "wallet_nonce_invalid");
        await LoginAsync(wallet, (message with { ExpirationTime = null }).ToString()).ShouldRefuseAsync(400, "wallet_nonce_invalid");
        await LoginAsync(other, othersMessage.ToString()).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_message_before_or_after_its_time_is_refused()
    {
        var (wallet, message) = await LinkedAsync();
        var now = DateTimeOffset.UtcNow;
        await LoginAsync(wallet, (message with { ExpirationTime = now.AddSeconds(-1) }).ToString()).ShouldRefuseAsync(400, "wallet_message_expired");
        await LoginAsync(wallet, (message with { NotBefore = now.AddHours(1) }).ToString()).ShouldRefuseAsync(400, "wallet_message_not_yet_valid");
        await LoginAsync(wallet, (message with { IssuedAt = now.AddHours(1) }).ToString()).ShouldRefuseAsync(400, "wallet_message_not_yet_valid");
        await LoginAsync(wallet, (message with { ExpirationTime = now.AddHours(1), NotBefore = now.AddHours(-1), RequestId = "42", Resources = [message.Uri] }).ToString()).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_signature_of_another_key_or_of_another_text_is_refused()
    {
        await product.ChainIsOnAsync();
        var (wallet, message) = await LinkedAsync();
        var (thief, text) = (TestWallet.New(), message.ToString());
        Task<HttpResponseMessage> SendAsync(string signature, string? other = null) => Api.PostAsync("/api/v1/auth/wallet/login", new { message = other ?? text, signature });
        await SendAsync(thief.SignText(text)).ShouldRefuseAsync(400, "wallet_signature_invalid", "signature");
        await SendAsync(wallet.SignText(text), (message with { Statement = "Give me all you have" }).ToString()).ShouldRefuseAsync(400, "wallet_signature_invalid");
        await SendAsync(wallet.SignText(text + "\n")).ShouldRefuseAsync(400, "wallet_signature_invalid");
        // Signed without the prefix of personal_sign, as a transaction would be.
        await SendAsync(Hex.Data(wallet.Sign(Keccak256.Hash(text)))).ShouldRefuseAsync(400, "wallet_signature_invalid");

        // The victim's address with the thief's signature: the nonce is asked for by anybody.
        await SendAsync(thief.SignText(text.Replace(wallet.Address.ToString(), thief.Address.ToString(), StringComparison.Ordinal)), text).ShouldRefuseAsync(400, "wallet_signature_invalid");

        var signature = Hex.Bytes(wallet.SignText(text));
        await SendAsync(Hex.Data(TestWallet.Mirror(signature))).ShouldRefuseAsync(400, "wallet_signature_invalid");
        await SendAsync(Hex.Data(signature.AsSpan(0, 64))).ShouldRefuseAsync(400, "wallet_signature_invalid");
        await SendAsync(Hex.Data(new byte[65])).ShouldRefuseAsync(400, "wallet_signature_invalid");
        await SendAsync("0x").ShouldRefuseAsync(400, "wallet_signature_invalid");
        // None of that used the nonce up.
        await SendAsync(Hex.Data(signature)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Texts_that_only_look_like_a_message_are_refused()
    {
        var (wallet, message) = await LinkedAsync();
        var text = message.ToString();
        string[] wrong =
        [
            text.ToUpperInvariant(), text.Replace("\n", "\r\n", StringComparison.Ordinal), text + "\n", " " + text, text.Replace(wallet.Address.ToString(), wallet.Address.ToString().ToLowerInvariant(), StringComparison.Ordinal),
            text.Replace("localhost", "lоcalhost", StringComparison.Ordinal), text.Replace("localhost", "localhost\u200b", StringComparison.Ordinal), "\u202e" + text, text.Replace("\nURI", "\n\nURI", StringComparison.Ordinal),
            text.Replace("Nonce: ", "Nonce: \u0000", StringComparison.Ordinal), text.Replace("Chain ID: 31337", "Chain ID: 3１337", StringComparison.Ordinal), "hello",
            text.Replace("Version: 1", "Version: 1\nVersion: 1", StringComparison.Ordinal), text + $"\nNonce: {message.Nonce}", text.Replace(message.Domain, $"{message.Domain}@evil.example", StringComparison.Ordinal),
        ];
        foreach (var other in wrong) await LoginAsync(wallet, other).ShouldRefuseAsync(400, "wallet_message_invalid", "message");
        await LoginAsync(wallet, text).ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("wallet/nonce", "{}", "field_required", "address")]
    [InlineData("wallet/nonce", """{"address":"0x12"}""", "invalid_wallet_address", "address")]
    [InlineData("wallet/nonce", """{"address":"0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}""", "invalid_wallet_address", "address")]
    [InlineData("wallet/nonce", """{"address":42}""", "invalid_json", "address")]
    [InlineData("wallet/login", "{}", "field_required", "message")]
    [InlineData("wallet/login", """{"message":"x"}""", "field_required", "signature")]
    [InlineData("wallet/login", """{"message":"x","signature":"x"}""", "wallet_signature_invalid", "signature")]
    [InlineData("wallet/login", """{"message":"x","signature":"0xabc"}""", "wallet_signature_invalid", "signature")]
    [InlineData("wallet/login", """{"message":"x\ud800","signature":"0xab"}""", "invalid_json", "message")]
    [InlineData("wallet/register", """{"message":"x","signature":"0xab"}""", "field_required", "email")]
    [InlineData("wallet/register", """{"email":"nobody","message":"x","signature":"0xab"}""", "invalid_email", "email")]
    [InlineData("wallet/register", """{"email":"a@example.com"}""", "field_required", "message")]
    [InlineData("wallet/register", """{"email":"a@example.com","name":"A\u0000B","message":"x","signature":"0xab"}""", "invalid_text", "name")]
    public async Task Bad_bodies_are_refused(string path, string body, string code, string param) => await Api.PostAsync("/api/v1/auth/" + path, body).ShouldRefuseAsync(400, code, param);

    [Fact]
    public async Task Huge_messages_and_signatures_are_refused_unread()
    {
        await Api.PostAsync("/api/v1/auth/wallet/login", new { message = new string('a', 4097), signature = "0xab" }).ShouldRefuseAsync(400, "field_length", "message");
        await Api.PostAsync("/api/v1/auth/wallet/login", new { message = "x", signature = "0x" + new string('a', 8194) }).ShouldRefuseAsync(400, "field_length", "signature");
    }

    [Fact]
    public async Task Strangers_link_and_see_nothing()
    {
        await Api.GetAsync("/api/v1/auth/wallets").ShouldRefuseAsync(401, "authentication_required");
        await Api.PostAsync("/api/v1/auth/wallets", await product.SignInMessageAsync(TestWallet.New())).ShouldRefuseAsync(401, "authentication_required");
        await Api.DeleteAsync($"/api/v1/auth/wallets/{TestWallet.New().Address}").ShouldRefuseAsync(401, "authentication_required");
    }
}

/// <summary>What counts attempts needs a product of its own: all tests come from one address.</summary>
public sealed class WalletThrottleTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task Who_sends_proof_after_proof_that_proves_nothing_must_wait_and_who_proves_needs_not()
    {
        await product.ChainIsOnAsync();
        var person = await product.NewGuestAsync();
        var wallet = await product.LinkWalletAsync(person);
        for (var i = 0; i < 12; i++) (await product.SignInAsync(wallet)).User.Id.ShouldBe(person.Id);
        var signed = await product.SignInMessageAsync(wallet);
        var wrong = signed with { Signature = TestWallet.New().SignText(signed.Message) };
        for (var i = 0; i < 100; i++) await product.Api.PostAsync("/api/v1/auth/wallet/login", wrong).ShouldRefuseAsync(400, "wallet_signature_invalid");
        using var waits = await product.Api.PostAsync("/api/v1/auth/wallet/login", wrong);
        ((int)waits.StatusCode).ShouldBe(429);
        waits.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task Nonces_are_not_given_out_without_end()
    {
        var (address, answers) = (TestWallet.New().Address.ToString(), new List<int>());
        for (var i = 0; i < 320; i++)
        {
            using var answer = await product.Api.PostAsync("/api/v1/auth/wallet/nonce", new { address });
            answers.Add((int)answer.StatusCode);
        }
        answers.Count(a => a == 200).ShouldBeInRange(250, 300);
        answers[^1].ShouldBe(429);
    }
}
