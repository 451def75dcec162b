using ForwardSecretProxy.Signers;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Tests.Signers;

public class WorkerOrderTests
{
    [Fact]
    public void ToTokenOptions_AllThatAnEntrySays_ArrivesInTheWorker()
    {
        var entry = new TokenOptions
        {
            Module = "/lib/token.so",
            ModuleArguments = "configdir='sql:/x'",
            Label = "fsp",
            Serial = "01",
            Slot = 7,
            Sessions = 3,
            QueueTimeout = TimeSpan.FromMilliseconds(1250),
        };

        var order = new WorkerOrder { Name = "main", Address = "@a", Users = [], Token = TokenOrder.Of(entry) };

        Assert.Equal(entry, order.ToTokenOptions());
    }
}
