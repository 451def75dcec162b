using System.Buffers.Binary;
using System.Text;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Tests.OpenSsl;

public class ServerNameReaderTests
{
    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData("WWW.Example.ORG", "www.example.org")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("a_b.example", "a_b.example")]
    public void TryRead_OneName_IsReadInLowerCase(string sent, string expected) =>
        Assert.Equal(expected, Read(Extension(Encoding.ASCII.GetBytes(sent))));

    [Fact]
    public void TryRead_EveryTruncation_IsRefused()
    {
        var extension = Extension("www.example.org"u8);
        for (var length = 0; length < extension.Length; length++)
            Assert.Null(Read(extension.AsSpan(0, length)));
        Assert.Null(Read([.. extension, 0]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.org\0.evil.test")]
    [InlineData("example org")]
    [InlineData("exam\u00fcple.org")]
    [InlineData("example.org\r\n")]
    [InlineData("*.example.org/")]
    public void TryRead_WhatIsNoName_IsRefused(string sent) =>
        Assert.Null(Read(Extension(Encoding.Latin1.GetBytes(sent))));

    [Fact]
    public void TryRead_LongestName_IsReadAndALongerOneRefused()
    {
        Assert.NotNull(Read(Extension(Encoding.ASCII.GetBytes(new string('a', ServerNameReader.MaxNameLength)))));
        Assert.Null(Read(Extension(Encoding.ASCII.GetBytes(new string('a', ServerNameReader.MaxNameLength + 1)))));
    }

    [Fact]
    public void TryRead_OtherNameTypeOrSecondName_IsRefused()
    {
        var other = Extension("example.org"u8);
        other[2] = 1;
        Assert.Null(Read(other));

        byte[] one = [0, 0, 1, (byte)'a'];
        Assert.Null(Read([0, 8, .. one, .. one]));
    }

    [Fact]
    public void TryRead_RandomBytes_NeverThrowAndNeverGiveOddLetters()
    {
        var random = new Random(20261124);
        for (var i = 0; i < 200_000; i++)
        {
            var extension = Extension("www.example.org"u8);
            for (var changes = random.Next(4); changes >= 0; changes--)
                extension[random.Next(extension.Length)] = (byte)random.Next(256);
            var name = Read(extension.AsSpan(0, random.Next(extension.Length + 1)));
            Assert.True(name is null || name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || "-._:".Contains(letter)));
        }
    }

    /// <summary>RFC 6066 section 3.</summary>
    private static byte[] Extension(ReadOnlySpan<byte> name)
    {
        var extension = new byte[5 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(extension, (ushort)(3 + name.Length));
        BinaryPrimitives.WriteUInt16BigEndian(extension.AsSpan(3), (ushort)name.Length);
        name.CopyTo(extension.AsSpan(5));
        return extension;
    }

    private static string? Read(ReadOnlySpan<byte> extension)
    {
        Span<char> name = stackalloc char[ServerNameReader.MaxNameLength];
        return ServerNameReader.TryRead(extension, name, out var length) ? new string(name[..length]) : null;
    }
}
