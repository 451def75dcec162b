using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using ForwardSecretProxy.Mail;

namespace ForwardSecretProxy.Tests.Mail;

public partial class SmtpContentTests
{
    [Theory]
    // What is right stays as it is.
    [InlineData("Subject: x\r\n\r\nbody\r\n.\r\n", "Subject: x\r\n\r\nbody\r\n.\r\n")]
    [InlineData(".\r\n", ".\r\n")]
    [InlineData("..\r\n.\r\n", "..\r\n.\r\n")]
    [InlineData("..stuffed\r\n...\r\n.\r\n", "..stuffed\r\n...\r\n.\r\n")]
    // Bare line ends stay where no dot is near.
    [InlineData("a\nb\rc\r\n.\r\n", "a\nb\rc\r\n.\r\n")]
    [InlineData("a\n\n\rb\r\r\n.\r\n", "a\n\n\rb\r\r\n.\r\n")]
    // The smugglers' end marks.
    [InlineData("a\n.\nMAIL FROM:<x>\r\n.\r\n", "a\r\n..\nMAIL FROM:<x>\r\n.\r\n")]
    [InlineData("a\n.\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n")]
    [InlineData("a\r\n.\nMAIL FROM:<x>\r\n.\r\n", "a\r\n\nMAIL FROM:<x>\r\n.\r\n")]
    [InlineData("a\r\n.\rMAIL FROM:<x>\r\n.\r\n", "a\r\n\rMAIL FROM:<x>\r\n.\r\n")]
    [InlineData("a\r.\rMAIL FROM:<x>\r\n.\r\n", "a\r\n..\rMAIL FROM:<x>\r\n.\r\n")]
    [InlineData("a\r.\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n")]
    [InlineData("a\r\n.\r\r\nMAIL FROM:<x>\r\n.\r\n", "a\r\n\r\r\nMAIL FROM:<x>\r\n.\r\n")]
    public void Process_Message_EndsOnceAndSaysTheSameToEveryServer(string input, string expected)
    {
        Assert.Equal((expected, true, input.Length), Process(input, input.Length));
        Assert.Equal((expected, true, input.Length), Process(input, 1));
    }

    [Fact]
    public void Process_WhatFollowsTheEnd_IsLeftAlone()
    {
        Assert.Equal(("a\r\n.\r\n", true, 6), Process("a\r\n.\r\nQUIT\r\n", 100));
    }

    [Theory]
    [InlineData("a\nb\r\n.\r\n", true)]
    [InlineData("a\rb\r\n.\r\n", true)]
    [InlineData("\n.\r\n", true)]
    [InlineData("\r\n.\n\r\n.\r\n", true)]
    [InlineData("\r\n.\rx\r\n.\r\n", true)]
    [InlineData("a\r\rb", true)]
    [InlineData("a\r\n..\r\n\r\n.\r\n", false)]
    [InlineData(".\r\n", false)]
    public void HasBareNewline_AnyCut_IsWhetherThereIsOne(string input, bool expected)
    {
        for (var size = 1; size <= input.Length; size++)
        {
            var content = new SmtpContent(findsBareNewlines: true);
            Run(content, input, size);
            Assert.Equal(expected, content.HasBareNewline);
        }
    }

    /// <summary>
    /// All texts of up to eight characters that matter: none has two meanings afterwards, whatever it was before, and each
    /// comes out the same in whatever pieces it arrives.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Process_EveryShortText_HasOneMeaning(bool findsBareNewlines)
    {
        const string letters = ".\r\na";
        for (var length = 0; length <= 8; length++)
        {
            for (var number = 0; number < 1 << (2 * length); number++)
            {
                var text = string.Create(length, number, static (span, bits) =>
                {
                    for (var i = 0; i < span.Length; i++, bits >>= 2) span[i] = letters[bits & 3];
                });
                var whole = Process(text, 16, findsBareNewlines);
                Assert.Equal(whole, Process(text, 1, findsBareNewlines));
                Assert.Equal(whole, Process(text, 3, findsBareNewlines));
                CheckMeaning(text + "\r\n.\r\n", findsBareNewlines);
            }
        }
    }

    /// <summary>Compares with the same done by searching and replacing in the whole text.</summary>
    private static void CheckMeaning(string text, bool findsBareNewlines)
    {
        var end = EndMark().Match(text);
        var message = text[..end.Index];
        var (output, isOver, consumed) = Process(text, 7, findsBareNewlines);
        Assert.True(isOver);
        Assert.Equal(end.Index + end.Length, consumed);
        Assert.EndsWith(".\r\n", output, StringComparison.Ordinal);
        output = output[..^3];
        Assert.Equal(BareNewlineAndDot().Replace(DotAndBareNewline().Replace(message, "$1"), "\r\n.."), output);
        Assert.DoesNotMatch(AnyEndMark(), output);
    }

    private static (string Output, bool IsOver, int Consumed) Process(string input, int size, bool findsBareNewlines = false) =>
        Run(new SmtpContent(findsBareNewlines), input, size);

    private static (string Output, bool IsOver, int Consumed) Run(SmtpContent content, string input, int size)
    {
        var bytes = Encoding.ASCII.GetBytes(input);
        var output = new ArrayBufferWriter<byte>();
        var isOver = false;
        var at = 0;
        while (at < bytes.Length && !isOver)
        {
            var piece = bytes.AsSpan(at, Math.Min(size, bytes.Length - at));
            var before = output.WrittenCount;
            var consumed = piece.Length;
            if (content.TryPass(piece)) output.Write(piece);
            else isOver = content.Process(piece, output, out consumed);
            Assert.InRange(output.WrittenCount - before, 0, SmtpContent.MostOutput(piece.Length));
            Assert.True(isOver || consumed == piece.Length);
            at += consumed;
        }

        return (Encoding.ASCII.GetString(output.WrittenSpan), isOver, at);
    }

    /// <summary>The only true end: the dot is the first thing in the message, or follows CRLF.</summary>
    [GeneratedRegex(@"(?<=\A|\r\n)\.\r\n")]
    private static partial Regex EndMark();

    [GeneratedRegex(@"(?<=\A|\r\n)\.(\n|\r(?!\n))")]
    private static partial Regex DotAndBareNewline();

    [GeneratedRegex(@"(?:\r(?!\n)|(?<!\r)\n)\.")]
    private static partial Regex BareNewlineAndDot();

    /// <summary>What any server might take for the end.</summary>
    [GeneratedRegex(@"(?:\A|\r|\n)\.(?:\r|\n)")]
    private static partial Regex AnyEndMark();
}
