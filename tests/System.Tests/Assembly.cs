using Xunit;

// Each class starts the product once or more: side by side they would only wait for each other's processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
