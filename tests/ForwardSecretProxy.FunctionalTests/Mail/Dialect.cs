namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>What the tests for all protocols say and expect in each.</summary>
internal sealed record Dialect
{
    /// <summary>How the proxy's own greeting ends, and all of it that is prescribed.</summary>
    public required string Greeting { get; init; }

    /// <summary>The command that begins TLS, without the end of its line.</summary>
    public required string StartTls { get; init; }

    /// <summary>How the answer to it begins.</summary>
    public required string Agreed { get; init; }

    /// <summary>How the answer to it begins where it cannot be: with arguments, or in TLS.</summary>
    public required string NotAgreed { get; init; }

    /// <summary>How the last words begin.</summary>
    public required string Farewell { get; init; }

    /// <summary>How the answer to what is no line begins.</summary>
    public required string Fault { get; init; }

    /// <summary>The backend's greeting.</summary>
    public required string BackendGreeting { get; init; }

    /// <summary>The backend's greeting when it takes no clients.</summary>
    public required string Refusal { get; init; }

    /// <summary>A command that every server has, without the end of its line.</summary>
    public required string Question { get; init; }

    /// <summary>The backend's answer to it.</summary>
    public required string Answer { get; init; }

    /// <summary>Whether the backend's greeting reaches a client after STARTTLS.</summary>
    public bool GreetsAgain { get; init; }

    /// <summary>The dialect of a listener.</summary>
    public static Dialect Of(string listener) => listener.TrimEnd('s') switch
    {
        "imap" => new Dialect
        {
            Greeting = "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ",
            StartTls = "a STARTTLS",
            Agreed = "a OK ",
            NotAgreed = "a BAD ",
            Farewell = "* BYE ",
            Fault = "* BAD ",
            BackendGreeting = "* OK backend\r\n",
            Refusal = "* BYE not now\r\n",
            Question = "q NOOP",
            Answer = "q OK there\r\n",
        },
        "pop3" => new Dialect
        {
            Greeting = "+OK ",
            StartTls = "STLS",
            Agreed = "+OK ",
            NotAgreed = "-ERR ",
            Farewell = "-ERR ",
            Fault = "-ERR ",
            BackendGreeting = "+OK backend\r\n",
            Refusal = "-ERR not now\r\n",
            Question = "NOOP",
            Answer = "+OK there\r\n",
        },
        "sieve" => new Dialect
        {
            Greeting = "\"IMPLEMENTATION\" \"fsp\"\r\n\"SIEVE\" \"\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK ",
            StartTls = "STARTTLS",
            Agreed = "OK ",
            NotAgreed = "NO ",
            Farewell = "BYE ",
            Fault = "NO ",
            BackendGreeting = "\"IMPLEMENTATION\" \"backend\"\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n",
            Refusal = "BYE \"not now\"\r\n",
            Question = "NOOP",
            Answer = "OK \"there\"\r\n",
            GreetsAgain = true,
        },
        _ => new Dialect
        {
            Greeting = "220 web.example.test ESMTP",
            StartTls = "STARTTLS",
            Agreed = "220 ",
            NotAgreed = "50",
            Farewell = "421 ",
            Fault = "500 ",
            BackendGreeting = "220 backend ESMTP\r\n",
            Refusal = "554 not now\r\n",
            Question = "NOOP",
            Answer = "250 there\r\n",
        },
    };
}
