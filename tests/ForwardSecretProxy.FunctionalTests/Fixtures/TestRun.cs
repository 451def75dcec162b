using System.Runtime.Versioning;

// One test at a time: they start servers, measure memory and share two processors with the programs they start.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: SupportedOSPlatform("linux")]
