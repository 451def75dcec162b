using System.Text;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class HttpResponseReaderTests
{
    private const string Sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
    private const string Empty = "HTTP/1.1 204 No Content\r\n\r\n";
    private const string NotModified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    private const string AfterInterim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 302 Found\r\ncontent-length:0\r\n\r\n";

    [Theory]
    [InlineData(Sized, 200)]
    [InlineData(Chunked, 200)]
    [InlineData(Empty, 204)]
    [InlineData(NotModified, 304)]
    [InlineData(AfterInterim, 302)]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200)]
    public void Take_WholeResponse_IsDoneInAnyPieces(string response, int status)
    {
        var reader = new HttpResponseReader();
        foreach (var size in (int[])[1, 2, 3, 7, 1000])
        {
            reader.Reset();
            Assert.Equal(HttpProgress.Done, Take(reader, response, size));
            Assert.Equal(status, reader.Status);
            Assert.Equal(HttpProgress.Done, reader.End());
        }
    }

    [Theory]
    [InlineData(Sized)]
    [InlineData(Chunked)]
    [InlineData(NotModified)]
    [InlineData(AfterInterim)]
    public void Take_CutAnywhere_IsNeverDone(string response)
    {
        for (var length = 0; length < response.Length; length++)
        {
            var reader = new HttpResponseReader();
            reader.Reset();
            Assert.Equal(HttpProgress.More, Take(reader, response[..length], 1000));
            Assert.True(reader.Status is 0 or 200 or 302 or 304, $"{reader.Status}");
            Assert.Equal(HttpProgress.More, reader.End());
        }
    }

    [Fact]
    public void End_BodyOfNoStatedLength_IsDone()
    {
        var reader = new HttpResponseReader();
        reader.Reset();

        Assert.Equal(HttpProgress.More, Take(reader, "HTTP/1.0 200 OK\r\n\r\nsome", 3));
        Assert.Equal(HttpProgress.Done, reader.End());
    }

    [Theory]
    [InlineData("220 mail.example.test ESMTP\r\n")]
    [InlineData("HTTP/2 200\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n")]
    [InlineData(Sized + "x")]
    [InlineData(Chunked + "x")]
    public void Take_WhatIsNotHttp_IsBroken(string response)
    {
        foreach (var size in (int[])[1, 1000])
        {
            var reader = new HttpResponseReader();
            reader.Reset();
            Assert.Equal(HttpProgress.Broken, Take(reader, response, size));
            Assert.NotEmpty(reader.Problem);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "x")]
    [InlineData("HTTP/1.1 200 OK\r\n", "X: y\r\n")]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n")]
    public void Take_HeadersWithoutEnd_AreBroken(string start, string repeated)
    {
        var reader = new HttpResponseReader();
        reader.Reset();

        Assert.Equal(HttpProgress.Broken, Take(reader, start + string.Concat(Enumerable.Repeat(repeated, 20_000)), 100));
    }

    private static HttpProgress Take(HttpResponseReader reader, string response, int size)
    {
        var progress = HttpProgress.More;
        foreach (var piece in response.Chunk(size))
        {
            progress = reader.Take(Encoding.Latin1.GetBytes(piece));
            if (progress == HttpProgress.Broken)
                break;
        }

        return progress;
    }
}
