using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Tests.Audit.Handshakes;

/// <summary>
/// What is sealed opens again, and nothing else does. That it is sealed as others seal it is shown where complete
/// handshakes are made.
/// </summary>
public sealed class RecordProtectionTests
{
    public static TheoryData<string, TlsVersion, bool> Suites()
    {
        var data = new TheoryData<string, TlsVersion, bool>();
        // One suite for each cipher, and each way to have its records.
        foreach (var suite in CipherSuites.All.Where(CompletableSuites.CanComplete).DistinctBy(suite => suite.Cipher))
        {
            if (suite.KeyExchange == KeyExchange.Separate)
            {
                data.Add(suite.Name, TlsVersion.Tls13, false);
                continue;
            }

            data.Add(suite.Name, TlsVersion.Tls12, false);
            if (suite.IsAead)
                continue;
            data.Add(suite.Name, TlsVersion.Tls10, false);
            data.Add(suite.Name, TlsVersion.Tls10, true);
            data.Add(suite.Name, TlsVersion.Tls11, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Open_WhatWasSealed_IsTheSameAndNothingElseOpens(string name, TlsVersion version, bool encryptThenMac)
    {
        var (sealing, opening) = Both(name, version, encryptThenMac);
        TlsRecord last = null!;
        foreach (var length in (int[])[0, 1, 15, 16, 31, 1000])
        {
            var record = new TlsRecord(ContentType.ApplicationData, 0x0303, RandomNumberGenerator.GetBytes(length));
            last = sealing.Seal(record);
            Assert.Equal(record.Fragment, opening.Open(last).Fragment);
        }

        // The next in line, but cut or changed; and the one before once more.
        var next = sealing.Seal(new TlsRecord(ContentType.ApplicationData, 0x0303, new byte[40]));
        Assert.Throws<WireFormatException>(() => opening.Open(last));
        for (var cut = 0; cut < next.Fragment.Length; cut++)
            AssertRefused(name, version, encryptThenMac, fragment => fragment[..cut]);
        for (var at = 0; at < next.Fragment.Length; at += 7)
        {
            AssertRefused(name, version, encryptThenMac, fragment =>
            {
                fragment[at] ^= 0x40;
                return fragment;
            });
        }
    }

    private static void AssertRefused(string name, TlsVersion version, bool encryptThenMac, Func<byte[], byte[]> change)
    {
        var (sealing, opening) = Both(name, version, encryptThenMac);
        var record = sealing.Seal(new TlsRecord(ContentType.ApplicationData, 0x0303, new byte[40]));
        Assert.Throws<WireFormatException>(() => opening.Open(record with { Fragment = change([.. record.Fragment]) }));
    }

    private static (IRecordProtection Sealing, IRecordProtection Opening) Both(string name, TlsVersion version, bool encryptThenMac)
    {
        var cipher = SuiteCipher.Find(CipherSuites.Find(name)!)!;
        if (version == TlsVersion.Tls13)
        {
            var schedule = new KeySchedule(cipher.Hash, null);
            var secret = schedule.Derive("s ap traffic", new byte[schedule.Length]);
            return (schedule.Protect(cipher, secret), schedule.Protect(cipher, secret));
        }

        var (mac, key) = (new byte[20], RandomNumberGenerator.GetBytes(cipher.KeyLength));
        var keys = new DirectionKeys(mac, key, new byte[cipher.HasWholeNonce ? 12 : cipher.Aead is not null ? 4
            : cipher.Block?.Invoke().GetBlockSize() ?? 0]);
        if (cipher.Mac.Name is { } hash)
            keys = keys with { Mac = new byte[CryptographicOperations.HashData(new HashAlgorithmName(hash), []).Length] };
        return cipher switch
        {
            { Aead: { } aead } => (new AeadProtection(aead(key), keys.Iv), new AeadProtection(aead(key), keys.Iv)),
            { Block: { } block } => (
                new BlockProtection(keys, block(), cipher.Mac, version, encryptThenMac, isForSealing: true),
                new BlockProtection(keys, block(), cipher.Mac, version, encryptThenMac, isForSealing: false)),
            _ => (new StreamProtection(keys, cipher.Stream!(), cipher.Mac), new StreamProtection(keys, cipher.Stream!(), cipher.Mac)),
        };
    }
}
