using System.IO.MemoryMappedFiles;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// The steering of a <see cref="FaultModule"/> in this or another process: what is ordered here happens in its next call. The
/// layout of the file is that of <c>faultp11.c</c>.
/// </summary>
internal sealed class FaultControl : IDisposable
{
    private const int Functions = 68;
    private const int Orders = 64;
    private const int OrderWords = 4;
    private const long Always = -1;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _words;

    /// <summary>Makes the file, in which nothing is ordered.</summary>
    public FaultControl(string path)
    {
        Path = path;
        var length = (Orders + Functions * OrderWords) * sizeof(long);
        File.WriteAllBytes(path, new byte[length]);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, length);
        _words = _file.CreateViewAccessor(0, length);
    }

    /// <summary>What the module finds it by, in the variable <c>FAULTP11_CONTROL</c>.</summary>
    public string Path { get; }

    /// <summary>Whether the token is not there.</summary>
    public bool IsAbsent { get => this[0] != 0; set => this[0] = value ? 1 : 0; }

    /// <summary>The most sessions, told and held to; zero for SoftHSM's own, -1 for "unavailable information".</summary>
    public long MaxSessions { set => this[2] = value; }

    /// <summary>A mechanism that is lacking; zero for none.</summary>
    public CKM MissingMechanism { set => this[3] = (long)value; }

    /// <summary>Whether each signature wants a login of its own.</summary>
    public bool AlwaysAuthenticate { set => this[4] = value ? 1 : 0; }

    /// <summary>How many signatures to spoil; -1 for every one.</summary>
    public long WrongSignatures { get => this[5]; set => this[5] = value; }

    /// <summary>Flags that the token shows besides its own.</summary>
    public uint TokenFlags { set => this[8] = value; }

    /// <summary>How many logins for one signature there were.</summary>
    public long ContextLogins => this[9];

    private long this[int word]
    {
        get => _words.ReadInt64(word * sizeof(long));
        set => _words.Write(word * sizeof(long), value);
    }

    /// <summary>All sessions end.</summary>
    public void EndSessions() => this[6]++;

    /// <summary>The user is logged out.</summary>
    public void LogOut() => this[7]++;

    /// <summary>The token is back, with other numbers for its slot, its sessions and its objects.</summary>
    public void ComeBack()
    {
        this[1]++;
        IsAbsent = false;
    }

    /// <summary>A function answers with an error, a number of times or until it is told otherwise.</summary>
    public void Answer(FaultFunction function, CKR code, long times = Always) => Order(function, 1, (long)code, times);

    /// <summary>A function takes longer.</summary>
    public void Delay(FaultFunction function, TimeSpan delay, long times = Always) =>
        Order(function, 2, (long)delay.TotalMilliseconds, times);

    /// <summary>A function does not return until it is told otherwise.</summary>
    public void Hang(FaultFunction function, long times = Always) => Order(function, 3, 0, times);

    /// <summary>A function crashes its process.</summary>
    public void Crash(FaultFunction function) => Order(function, 4, 0, 1);

    /// <summary>A function works again; calls of it that hang go on.</summary>
    public void Mend(FaultFunction function) => Order(function, 0, 0, 0);

    /// <summary>How often a function has been called.</summary>
    public long Calls(FaultFunction function) => this[Orders + (int)function * OrderWords + 3];

    /// <summary>How often what was ordered of a function has still to happen.</summary>
    public long Left(FaultFunction function) => this[Orders + (int)function * OrderWords + 2];

    /// <summary>Everything is well again; what hangs goes on.</summary>
    public void Reset()
    {
        foreach (var function in Enum.GetValues<FaultFunction>())
            Mend(function);
        (MaxSessions, MissingMechanism, AlwaysAuthenticate, WrongSignatures, TokenFlags) = (0, 0, false, 0, 0);
        IsAbsent = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reset();
        _words.Dispose();
        _file.Dispose();
    }

    // The order itself last: until then the others mean nothing.
    private void Order(FaultFunction function, long order, long argument, long times)
    {
        var first = Orders + (int)function * OrderWords;
        this[first] = 0;
        (this[first + 1], this[first + 2]) = (argument, times);
        Thread.MemoryBarrier();
        this[first] = order;
    }
}

/// <summary>The functions of PKCS#11 v2.40 that the proxy calls, by their place in CK_FUNCTION_LIST.</summary>
public enum FaultFunction
{
    /// <summary>C_Initialize, and so on.</summary>
    Initialize = 0,
    GetSlotList = 4,
    GetTokenInfo = 6,
    GetMechanismInfo = 8,
    OpenSession = 12,
    CloseSession = 13,
    GetSessionInfo = 15,
    Login = 18,
    GetAttributeValue = 24,
    FindObjectsInit = 26,
    FindObjects = 27,
    FindObjectsFinal = 28,
    SignInit = 42,
    Sign = 43,
    GenerateKey = 58,
    GenerateKeyPair = 59,
    WrapKey = 60,
}
