// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// dispute and rule: every refusal first.
contract DisputeTest is WithEscrow {
    event Disputed(bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by);
    event Ruled(
        bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by, uint256 toGuest, uint256 toHost, uint256 fee
    );

    function setUp() public {
        _deploy();
    }

    // ---- dispute

    function test_Dispute_RevertWhen_NeitherGuestNorOperator() public {
        (RentalEscrow.Terms memory t,) = _funded();
        bytes32 role = esc.OPERATOR_ROLE();
        vm.prank(HOST);
        _refuseRole(HOST, role);
        esc.dispute(t);
    }

    function test_Dispute_RevertWhen_Late() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.releaseAt);
        vm.prank(GUEST);
        _refuseLate(t.releaseAt);
        esc.dispute(t);
    }

    function test_Dispute_RevertWhen_ThereIsNoSuchEscrow() public {
        vm.prank(GUEST);
        _refuseStatus(EscrowLedger.Status.None);
        esc.dispute(_terms());
    }

    function test_Dispute_RevertWhen_Twice() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Disputed);
        esc.dispute(t);
    }

    function test_Dispute_RevertWhen_Settled() public {
        (RentalEscrow.Terms memory t,) = _settled();
        vm.prank(GUEST);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.dispute(t);
    }

    function test_DisputeByTheGuestInTheLastSecond() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _funded();
        vm.warp(t.releaseAt - 1);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Disputed(id, "booking", GUEST);
        vm.prank(GUEST);
        esc.dispute(t);
        _hasStatus(id, EscrowLedger.Status.Disputed);
        _owed(0, 0, 0);
    }

    function test_DisputeByTheOperator() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _cancelled();
        vm.prank(OPERATOR);
        esc.dispute(t);
        _hasStatus(id, EscrowLedger.Status.Disputed);
    }

    // ---- rule

    function test_Rule_RevertWhen_NotTheArbiter() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        bytes32 role = esc.ARBITER_ROLE();
        vm.prank(OPERATOR);
        _refuseRole(OPERATOR, role);
        esc.rule(t, 50_000, 50_000);
    }

    function test_Rule_RevertWhen_NotDisputed() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.prank(ARBITER);
        _refuseStatus(EscrowLedger.Status.Funded);
        esc.rule(t, 50_000, 50_000);
    }

    function test_Rule_RevertWhen_MoreThanThereIs() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.prank(ARBITER);
        vm.expectRevert(EscrowLedger.BadSplit.selector);
        esc.rule(t, 103_101, 1);
    }

    function test_Rule_RevertWhen_ThePlatformWouldGain() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.prank(ARBITER);
        vm.expectRevert(EscrowLedger.BadSplit.selector);
        esc.rule(t, 0, 84_777);
    }

    function test_Rule_RevertWhen_Twice() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.prank(ARBITER);
        esc.rule(t, 50_000, 50_000);
        vm.prank(ARBITER);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.rule(t, 50_000, 50_000);
    }

    function test_Rule() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _disputed();
        vm.warp(t.checkOut + 20 days);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Ruled(id, "booking", ARBITER, 50_000 * uint256(RATE), 50_000 * uint256(RATE), 3_101 * uint256(RATE));
        vm.prank(ARBITER);
        esc.rule(t, 50_000, 50_000);
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(50_000, 50_000, 3_101);
    }

    function test_RuleEverythingToTheHost() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.prank(ARBITER);
        esc.rule(t, 0, 103_101);
        _owed(0, 103_101, 0);
    }

    function testFuzz_RuleSplitsExactly(uint64 toGuest, uint64 toHost) public {
        (RentalEscrow.Terms memory t,) = _disputed();
        toGuest = uint64(bound(toGuest, 0, 110_000));
        toHost = uint64(bound(toHost, 0, 110_000));
        uint256 paid = uint256(toGuest) + toHost;
        bool allowed = paid >= t.payoutMinor && paid <= t.totalMinor;
        if (!allowed) vm.expectRevert(EscrowLedger.BadSplit.selector);
        vm.prank(ARBITER);
        esc.rule(t, toGuest, toHost);
        if (allowed) _owed(toGuest, toHost, 103_101 - paid);
    }
}
