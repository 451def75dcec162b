using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN that a person types at the terminal, without echo. It is asked for once in a process's life.
/// </summary>
public sealed class PinPrompt : PinSource
{
    private readonly string _question;
    private readonly bool _isNew;
    private readonly Func<ConsoleKeyInfo>? _readKey;
    private bool _asked;

    /// <summary>Creates a prompt at this process's terminal.</summary>
    /// <param name="question">What is asked, such as <c>User PIN of the token "fsp"</c>.</param>
    /// <param name="isNew">Whether the PIN is being chosen, and so asked for twice.</param>
    public PinPrompt(string question, bool isNew = false)
        : this(question, isNew, null)
    {
    }

    internal PinPrompt(string question, bool isNew, Func<ConsoleKeyInfo>? readKey)
    {
        _question = question;
        _isNew = isNew;
        _readKey = readKey;
    }

    /// <inheritdoc/>
    public override string Description => "the terminal";

    /// <inheritdoc/>
    public override Pin Read()
    {
        if (_asked)
        {
            throw new TokenException("The PIN was typed at the start and not kept, so the token cannot be logged in to "
                + "again. Restart, or give the PIN in a file, which can be read again.");
        }

        if (_readKey is null && Console.IsInputRedirected)
        {
            throw new TokenException("There is no terminal to ask for the PIN at. Give it in a file (--pin-file) or an "
                + "environment variable (--pin-env).");
        }

        _asked = true;
        var pin = Ask(_question);
        return _isNew ? Confirm(pin) : pin;
    }

    private Pin Confirm(Pin pin)
    {
        using var again = Ask($"{_question}, again");
        if (CryptographicOperations.FixedTimeEquals(pin.Bytes, again.Bytes))
            return pin;

        pin.Dispose();
        throw new TokenException("The two PINs differ; nothing was changed.");
    }

    private Pin Ask(string question)
    {
        // Looking for a key is what makes .NET turn the terminal's echo off: before somebody answers, not after.
        if (_readKey is null)
            _ = Console.KeyAvailable;
        Console.Error.Write($"{question}: ");
        try
        {
            return ReadLine();
        }
        finally
        {
            Console.Error.WriteLine();
        }
    }

    private Pin ReadLine()
    {
        Span<char> typed = stackalloc char[Pin.MaxLength];
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Pin.MaxLength)];
        try
        {
            var length = ReadKeys(typed);
            return Pin.Copy(utf8[..Encoding.UTF8.GetBytes(typed[..length], utf8)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(typed));
            CryptographicOperations.ZeroMemory(utf8);
        }
    }

    private int ReadKeys(Span<char> typed)
    {
        var length = 0;
        while (true)
        {
            var key = _readKey?.Invoke() ?? Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                return length;
            if (key.Key == ConsoleKey.Backspace)
                length = Math.Max(0, length - 1);
            else if (!char.IsControl(key.KeyChar) && length < typed.Length)
                typed[length++] = key.KeyChar;
        }
    }
}
