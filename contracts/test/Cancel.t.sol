// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// cancel, cancelFor and splitAt: every refusal first.
contract CancelTest is WithEscrow {
    event Cancelled(
        bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by, uint64 cancelledAt, uint256 toGuest, uint256 toHost
    );

    RentalEscrow.Terms private t;
    bytes32 private id;

    function setUp() public {
        _deploy();
        (t, id) = _funded();
    }

    // ---- cancel

    function test_RevertWhen_NotTheGuest() public {
        vm.prank(HOST);
        vm.expectRevert(RentalEscrow.NotParty.selector);
        esc.cancel(t, _tiers());
    }

    function test_RevertWhen_ThereIsNoSuchEscrow() public {
        t.bookingId = "another";
        vm.prank(GUEST);
        _refuseStatus(EscrowLedger.Status.None);
        esc.cancel(t, _tiers());
    }

    function test_RevertWhen_Disputed() public {
        vm.prank(OPERATOR);
        esc.dispute(t);
        vm.prank(GUEST);
        _refuseStatus(EscrowLedger.Status.Disputed);
        esc.cancel(t, _tiers());
    }

    function test_RevertWhen_CancelledBefore() public {
        vm.prank(OPERATOR);
        esc.cancelFor(t, _tiers(), uint64(START));
        vm.prank(GUEST);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.cancel(t, _tiers());
    }

    function test_RevertWhen_TableIsAnother() public {
        uint256[] memory tiers = _tiers();
        tiers[1] = tiers[0];
        vm.prank(GUEST);
        vm.expectRevert(abi.encodeWithSelector(RentalEscrow.BadTiers.selector, 3));
        esc.cancel(t, tiers);
    }

    function _cancelAt(uint256 time, uint256 guestMinor, uint256 hostMinor) private {
        vm.warp(time);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Cancelled(id, "booking", GUEST, uint64(time), guestMinor * RATE, hostMinor * RATE);
        vm.prank(GUEST);
        esc.cancel(t, _tiers());
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(guestMinor, hostMinor, 103_101 - guestMinor - hostMinor);
    }

    function test_CancelInTheLastSecondOfGrace() public {
        _cancelAt(START + 1 days, 103_101, 0);
    }

    function test_CancelAfterGrace() public {
        _cancelAt(START + 1 days + 1, 90_865, 0);
    }

    function test_CancelInTheLastSecondOfATier() public {
        _cancelAt(START + 20 days, 90_865, 0);
    }

    function test_CancelInTheFirstSecondOfTheNextTier() public {
        _cancelAt(START + 20 days + 1, 47_165, 42_389);
    }

    function test_CancelInTheLastTier() public {
        _cancelAt(START + 30 days, 3_465, 84_778);
    }

    function test_CancelAfterTheLastTier() public {
        _cancelAt(START + 30 days + 1, 0, 84_778);
    }

    function test_CancelAfterCheckOutIsTheGuestsOwnRelease() public {
        _cancelAt(START + 38 days, 0, 84_778);
    }

    function test_NoGraceWhenFundedTooLate() public {
        t.graceBefore = uint64(START - 1);
        id = _deposit(t, _tiers());
        vm.prank(GUEST);
        esc.cancel(t, _tiers());
        vm.assertEq(esc.credits(GUEST), 90_865 * uint256(RATE));
    }

    function test_GraceWhenFundedInTheLastSecondForIt() public {
        t.graceBefore = uint64(START);
        id = _deposit(t, _tiers());
        vm.prank(GUEST);
        esc.cancel(t, _tiers());
        vm.assertEq(esc.credits(GUEST), 103_101 * uint256(RATE));
    }

    // ---- cancelFor

    function test_For_RevertWhen_NotTheOperator() public {
        bytes32 role = esc.OPERATOR_ROLE();
        vm.prank(GUEST);
        _refuseRole(GUEST, role);
        esc.cancelFor(t, _tiers(), uint64(START));
    }

    function test_For_RevertWhen_NotFunded() public {
        vm.prank(GUEST);
        esc.dispute(t);
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Disputed);
        esc.cancelFor(t, _tiers(), uint64(START));
    }

    function test_For_RevertWhen_BeforeTheDeposit() public {
        vm.prank(OPERATOR);
        vm.expectRevert(RentalEscrow.BadTimes.selector);
        esc.cancelFor(t, _tiers(), uint64(START - 1));
    }

    function test_For_RevertWhen_InTheFuture() public {
        vm.prank(OPERATOR);
        _refuseEarly(START + 1);
        esc.cancelFor(t, _tiers(), uint64(START + 1));
    }

    function test_For_RevertWhen_AfterCheckOut() public {
        vm.warp(START + 37 days);
        vm.prank(OPERATOR);
        _refuseLate(START + 37 days);
        esc.cancelFor(t, _tiers(), uint64(START));
    }

    function test_For_RevertWhen_TableIsAnother() public {
        vm.prank(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(RentalEscrow.BadTiers.selector, 0));
        esc.cancelFor(t, new uint256[](0), uint64(START));
    }

    function test_For_RevertWhen_Twice() public {
        vm.warp(START + 22 days);
        vm.prank(OPERATOR);
        esc.cancelFor(t, _tiers(), uint64(START + 22 days));
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Cancelled);
        esc.cancelFor(t, _tiers(), uint64(START + 22 days));
    }

    /// The guest is credited by the tier of the time when he cancelled; host and platform wait for the release.
    function test_For_KeepsTheHostsPartUntilRelease() public {
        vm.warp(START + 26 days);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Cancelled(id, "booking", OPERATOR, uint64(START + 25 days), 47_165 * uint256(RATE), 42_389 * uint256(RATE));
        vm.prank(OPERATOR);
        esc.cancelFor(t, _tiers(), uint64(START + 25 days));
        _hasStatus(id, EscrowLedger.Status.Cancelled);
        _owed(47_165, 0, 0);
        vm.warp(t.releaseAt);
        vm.prank(OPERATOR);
        esc.release(t);
        _owed(47_165, 42_389, 103_101 - 47_165 - 42_389);
    }

    function test_For_InGraceSettlesAtOnce() public {
        vm.prank(OPERATOR);
        esc.cancelFor(t, _tiers(), uint64(START));
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(103_101, 0, 0);
    }

    function test_For_CanBeDisputed() public {
        vm.warp(START + 31 days);
        vm.prank(OPERATOR);
        esc.cancelFor(t, _tiers(), uint64(START + 31 days));
        vm.prank(GUEST);
        esc.dispute(t);
        vm.prank(ARBITER);
        esc.rule(t, 103_101, 0);
        _owed(103_101, 0, 0);
    }

    // ---- both ways, any table

    /// Any table that a deposit takes can be carried out at any time, to the wei, and in both ways alike.
    function testFuzz_EveryTierCanBeCarriedOut(uint256 seed, uint256 count, uint256 when, uint96 rate, bool byGuest) public {
        t.weiPerMinor = uint96(bound(rate, 1, 1e18));
        t.graceSeconds = uint64(bound(seed >> 3, 0, 2 days));
        t.totalMinor = uint64(bound(seed, 1, 1e10));
        t.payoutMinor = uint64(bound(seed >> 7, 0, t.totalMinor));
        uint256[] memory tiers = new uint256[](bound(count, 0, 40));
        for (uint256 i; i < tiers.length; ++i) {
            uint256 paid = bound(uint256(keccak256(abi.encode(seed, i))), t.payoutMinor, t.totalMinor);
            uint256 toGuest = bound(uint256(keccak256(abi.encode(i, seed))), 0, paid);
            tiers[i] = _tier(START + (i + 1) * 36 hours, toGuest, paid - toGuest);
        }
        t.refundsHash = keccak256(abi.encodePacked(tiers));
        id = _deposit(t, tiers);
        uint256 before = esc.totalEscrowed() - _amount(t);
        uint256 time = bound(when, START, t.checkOut - 1);
        vm.warp(time);
        (uint256 guestMinor, uint256 hostMinor) = esc.splitAt(t, tiers, START, time);
        _checkSplit(tiers, time, guestMinor, hostMinor);
        vm.prank(byGuest ? GUEST : OPERATOR);
        if (byGuest) esc.cancel(t, tiers);
        else esc.cancelFor(t, tiers, uint64(time));
        vm.assertEq(esc.credits(GUEST), guestMinor * t.weiPerMinor, "guest");
        vm.assertEq(esc.credits(GUEST) / t.weiPerMinor, guestMinor, "and back to minor units");
        if (!byGuest && guestMinor < t.totalMinor) {
            vm.warp(t.releaseAt);
            vm.prank(OPERATOR);
            esc.release(t);
        }
        vm.assertEq(esc.credits(HOST), hostMinor * t.weiPerMinor, "host");
        vm.assertEq(esc.credits(TREASURY), (t.totalMinor - guestMinor - hostMinor) * t.weiPerMinor, "treasury");
        vm.assertEq(esc.totalEscrowed(), before, "escrowed");
    }

    /// The same choice, written down the other way round: the last tier that hasn't passed, searched from the end.
    function _checkSplit(uint256[] memory tiers, uint256 time, uint256 guestMinor, uint256 hostMinor) private view {
        uint256 word = uint256(t.payoutMinor);
        for (uint256 i = tiers.length; i > 0; --i) {
            if (time <= START + i * 36 hours) word = tiers[i - 1];
        }
        if (time - START <= t.graceSeconds) word = uint256(t.totalMinor) << 96;
        vm.assertEq(guestMinor, uint256(uint96(word >> 96)));
        vm.assertEq(hostMinor, uint256(uint96(word)));
    }
}
