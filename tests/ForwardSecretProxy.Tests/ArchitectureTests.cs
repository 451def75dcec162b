using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using static System.StringComparison;

namespace ForwardSecretProxy.Tests;

/// <summary>
/// Which part may use which, and which part may touch native code. Read from the built assemblies and the sources, so
/// that no reference slips in by way of a package or a generated file.
/// </summary>
public partial class ArchitectureTests
{
    private const string Signing = "ForwardSecretProxy.Signing";
    private const string OpenSsl = "ForwardSecretProxy.OpenSsl";
    private const string Hardening = "ForwardSecretProxy.Hardening";
    private const string Audit = "ForwardSecretProxy.Audit";
    private const string Executable = "fsp";

    [Fact]
    public void Signing_References_NothingOfOursAndNoAspNetCore()
    {
        Assert.DoesNotContain(References(Signing), name => IsOurs(name) || IsAspNetCore(name));
    }

    [Fact]
    public void Audit_References_NothingOfOursAndNoAspNetCore()
    {
        // The scanner sees other servers with eyes of its own: not through the engine that it also has to judge.
        Assert.DoesNotContain(References(Audit), name => IsOurs(name) || IsAspNetCore(name));
    }

    [Fact]
    public void Hardening_References_NothingOfOursAndNoAspNetCore()
    {
        Assert.DoesNotContain(References(Hardening), name => IsOurs(name) || IsAspNetCore(name));
    }

    [Fact]
    public void OpenSsl_References_OnlySigningOfOursAndNoAspNetCore()
    {
        var names = References(OpenSsl);

        Assert.Equal([Signing], names.Where(IsOurs));
        Assert.DoesNotContain(names, IsAspNetCore);
    }

    [Fact]
    public void Executable_References_AllAndAspNetCore()
    {
        // The control of those above: this reader of references does see them where they are.
        var names = References(Executable);

        Assert.Contains(Signing, names);
        Assert.Contains(OpenSsl, names);
        Assert.Contains(Hardening, names);
        Assert.Contains(names, IsAspNetCore);
    }

    [Fact]
    public void OpenSsl_Uses_NoTokenTypes()
    {
        Assert.DoesNotContain(UsedNamespaces(OpenSsl), name =>
            name.StartsWith("ForwardSecretProxy.Signing.", Ordinal)
            || name.StartsWith("Net.Pkcs11Interop", Ordinal));
    }

    [Fact]
    public void Signing_Uses_TokenTypes()
    {
        // The control of the one above.
        Assert.Contains(UsedNamespaces(Signing), name =>
            name.StartsWith("Net.Pkcs11Interop", Ordinal));
    }

    [Theory]
    [InlineData(Signing)]
    [InlineData(Audit)]
    [InlineData(Executable)]
    public void ManagedAssembly_Metadata_HasNothingNative(string assembly)
    {
        Assert.Empty(NativeTraces(assembly));
    }

    [Fact]
    public void OpenSslAssembly_Metadata_ShowsWhatTheOthersMustNot()
    {
        // The control of the one above: the same reader finds unsafe code where it is allowed.
        Assert.Contains("unsafe code is allowed", NativeTraces(OpenSsl));
        Assert.Contains("callback from native code", NativeTraces(OpenSsl));
    }

    [Fact]
    public void CoreLibrary_Metadata_ShowsPInvokes()
    {
        // A control again: our native calls go through function pointers, so an assembly with P/Invokes is borrowed.
        Assert.Contains(NativeTraces(typeof(object).Assembly.Location), trace => trace.StartsWith("P/Invoke", Ordinal));
    }

    [Fact]
    public void Sources_NativeWords_OnlyInOpenSslAndHardening()
    {
        var sources = Repository.PathOf("src");
        string[] allowed = [.. new[] { OpenSsl, Hardening }.Select(name => Path.Combine(sources, name) + Path.DirectorySeparatorChar)];

        var files = Directory.EnumerateFiles(sources, "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", Ordinal)
                || file.EndsWith(".csproj", Ordinal))
            .Where(file => !file.Contains("/obj/", Ordinal))
            .Where(file => File.ReadLines(file).Any(HasNativeWord))
            .ToList();

        Assert.All(allowed, folder => Assert.Contains(files, file => file.StartsWith(folder, Ordinal)));
        Assert.DoesNotContain(files, file => !allowed.Any(folder => file.StartsWith(folder, Ordinal)));
    }

    [Theory]
    [InlineData("    public static unsafe void Call()", true)]
    [InlineData("    [DllImport(\"libc\")]", true)]
    [InlineData("    [LibraryImport(\"libc\")]", true)]
    [InlineData("    private readonly delegate* unmanaged<int> _call;", true)]
    [InlineData("    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>", true)]
    [InlineData("    /// It is unsafe to guess.", false)]
    [InlineData("    // unsafe: not here", false)]
    [InlineData("    resolver.SetDllImportResolver(x);", false)]
    [InlineData("    var unsafeHeaders = 1;", false)]
    public void HasNativeWord_Line_IsFoundOutsideComments(string line, bool expected)
    {
        Assert.Equal(expected, HasNativeWord(line));
    }

    private static bool IsOurs(string name) =>
        name == Executable || name.StartsWith("ForwardSecretProxy", Ordinal);

    private static bool IsAspNetCore(string name) =>
        name.StartsWith("Microsoft.AspNetCore", Ordinal)
        || name.StartsWith("Microsoft.Extensions.Hosting", Ordinal)
        || name.StartsWith("Yarp", Ordinal);

    private static List<string> References(string assembly) => Read(assembly, metadata =>
        metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .ToList());

    private static List<string> UsedNamespaces(string assembly) => Read(assembly, metadata =>
        metadata.TypeReferences
            .Select(handle => metadata.GetString(metadata.GetTypeReference(handle).Namespace))
            .Distinct()
            .ToList());

    private static List<string> NativeTraces(string assembly) => Read(assembly, metadata =>
    {
        var traces = new List<string>();
        foreach (var handle in metadata.CustomAttributes)
        {
            var attribute = metadata.GetCustomAttribute(handle);
            switch (AttributeName(metadata, attribute))
            {
                // The compiler puts this on every module that is built with unsafe code allowed.
                case "UnverifiableCodeAttribute":
                    traces.Add("unsafe code is allowed");
                    break;
                case "UnmanagedCallersOnlyAttribute":
                    traces.Add("callback from native code");
                    break;
            }
        }

        foreach (var method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition))
        {
            var import = method.GetImport();
            if (!import.Module.IsNil)
                traces.Add($"P/Invoke of {metadata.GetString(import.Name)}");
        }

        return traces;
    });

    private static string AttributeName(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
            return "";
        var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
        return constructor.Parent.Kind == HandleKind.TypeReference
            ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)constructor.Parent).Name)
            : "";
    }

    private static T Read<T>(string assembly, Func<MetadataReader, T> read)
    {
        var path = Path.IsPathRooted(assembly) ? assembly : Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        return read(image.GetMetadataReader());
    }

    private static bool HasNativeWord(string line) =>
        NativeWord().IsMatch(line) && !line.TrimStart().StartsWith("//", Ordinal);

    [GeneratedRegex(@"\bunsafe\b|\[\s*(DllImport|LibraryImport)\b|\bdelegate\s*\*|\bAllowUnsafeBlocks\b")]
    private static partial Regex NativeWord();
}
