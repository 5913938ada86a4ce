using System.Globalization;
using System.Text;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>What a wallet signs when it is asked to sign a text (personal_sign): EIP-191, version 0x45.</summary>
public static class Eip191
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The 32 bytes that are signed for a text. Throws <see cref="EncoderFallbackException"/> for half a surrogate pair, which has no UTF-8.</summary>
    public static byte[] PersonalHash(string message) => PersonalHash(Strict.GetBytes(message));

    public static byte[] PersonalHash(ReadOnlySpan<byte> message) =>
        Keccak256.Hash([.. "\u0019Ethereum Signed Message:\n"u8, .. Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture)), .. message]);
}
