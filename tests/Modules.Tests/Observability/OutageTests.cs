using EstoSpaces.Kernel.Observability;
using EstoSpaces.Modules.Tests.Registry;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Observability;

/// <summary>What is away for a moment is not told; what stays away is told once, and so is its return.</summary>
public sealed class OutageTests
{
    private readonly MovableTime time = new();

    [Fact]
    public void Nothing_is_told_of_what_comes_back_in_time()
    {
        var outage = new Outage(time, TimeSpan.FromSeconds(2));
        for (var i = 0; i < 3; i++)
        {
            outage.Lasts().ShouldBeFalse();
            time.Move(TimeSpan.FromSeconds(1.9));
            outage.Lasts().ShouldBeFalse();
            outage.Ends().ShouldBeFalse();
        }
    }

    [Fact]
    public void What_stays_away_is_told_once_and_its_return_too_each_time()
    {
        var outage = new Outage(time, TimeSpan.FromSeconds(2));
        for (var i = 0; i < 2; i++)
        {
            outage.Lasts().ShouldBeFalse();
            time.Move(TimeSpan.FromSeconds(2));
            outage.Lasts().ShouldBeTrue();
            time.Move(TimeSpan.FromHours(1));
            outage.Lasts().ShouldBeFalse();
            outage.Ends().ShouldBeTrue();
            outage.Ends().ShouldBeFalse();
        }
    }
}
