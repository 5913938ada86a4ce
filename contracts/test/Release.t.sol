// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// release, hostClaim, refund and guestExit: every refusal first.
contract ReleaseTest is WithEscrow {
    event Released(bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by, uint256 toHost, uint256 fee);
    event Refunded(bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by, uint256 toGuest);
    event Credited(address indexed payee, bytes32 indexed escrowId, uint256 amount);

    uint256 private constant FEE = (103_101 - 84_778) * uint256(RATE);

    function setUp() public {
        _deploy();
    }

    // ---- release

    function test_Release_RevertWhen_NotTheOperator() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.releaseAt);
        bytes32 role = esc.OPERATOR_ROLE();
        vm.prank(HOST);
        _refuseRole(HOST, role);
        esc.release(t);
    }

    function test_Release_RevertWhen_Early() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.releaseAt - 1);
        vm.prank(OPERATOR);
        _refuseEarly(t.releaseAt);
        esc.release(t);
    }

    function test_Release_RevertWhen_ThereIsNoSuchEscrow() public {
        RentalEscrow.Terms memory t = _terms();
        vm.warp(t.releaseAt);
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.None);
        esc.release(t);
    }

    function test_Release_RevertWhen_Disputed() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.warp(t.releaseAt);
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Disputed);
        esc.release(t);
    }

    function test_Release_RevertWhen_Settled() public {
        (RentalEscrow.Terms memory t,) = _settled();
        vm.warp(t.releaseAt);
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.release(t);
    }

    function test_Release() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _funded();
        vm.warp(t.releaseAt);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Credited(HOST, id, 84_778 * uint256(RATE));
        vm.expectEmit(true, true, true, true, address(esc));
        emit Credited(TREASURY, id, FEE);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Released(id, "booking", OPERATOR, 84_778 * uint256(RATE), FEE);
        vm.prank(OPERATOR);
        esc.release(t);
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(0, 84_778, 103_101 - 84_778);
    }

    // ---- hostClaim

    function test_Claim_RevertWhen_NotTheHost() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.checkOut + 7 days);
        vm.prank(OPERATOR);
        vm.expectRevert(RentalEscrow.NotParty.selector);
        esc.hostClaim(t);
    }

    function test_Claim_RevertWhen_Early() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.checkOut + 7 days - 1);
        vm.prank(HOST);
        _refuseEarly(t.checkOut + 7 days);
        esc.hostClaim(t);
    }

    function test_Claim_RevertWhen_Disputed() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.warp(t.checkOut + 7 days);
        vm.prank(HOST);
        _refuseStatus(EscrowLedger.Status.Disputed);
        esc.hostClaim(t);
    }

    function test_Claim_RevertWhen_Settled() public {
        (RentalEscrow.Terms memory t,) = _settled();
        vm.warp(t.checkOut + 7 days);
        vm.prank(HOST);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.hostClaim(t);
    }

    function test_Claim() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _funded();
        vm.warp(t.checkOut + 7 days);
        vm.prank(HOST);
        esc.hostClaim(t);
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(0, 84_778, 103_101 - 84_778);
    }

    function test_ClaimOfACancelledStay() public {
        (RentalEscrow.Terms memory t,) = _cancelled();
        vm.warp(t.checkOut + 7 days);
        vm.prank(HOST);
        esc.hostClaim(t);
        _owed(47_165, 42_389, 103_101 - 47_165 - 42_389);
    }

    // ---- refund

    function test_Refund_RevertWhen_NeitherHostNorOperator() public {
        (RentalEscrow.Terms memory t,) = _funded();
        bytes32 role = esc.OPERATOR_ROLE();
        vm.prank(GUEST);
        _refuseRole(GUEST, role);
        esc.refund(t);
    }

    function test_Refund_RevertWhen_TheOperatorIsLate() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.checkOut);
        vm.prank(OPERATOR);
        _refuseLate(t.checkOut);
        esc.refund(t);
    }

    function test_Refund_RevertWhen_TheOperatorWouldEndADispute() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Disputed);
        esc.refund(t);
    }

    function test_Refund_RevertWhen_ThereIsNoSuchEscrow() public {
        vm.prank(HOST);
        _refuseStatus(EscrowLedger.Status.None);
        esc.refund(_terms());
    }

    function test_Refund_RevertWhen_Settled() public {
        (RentalEscrow.Terms memory t,) = _settled();
        vm.prank(OPERATOR);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.refund(t);
    }

    function test_RefundByTheOperator() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _funded();
        vm.warp(t.checkOut - 1);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Refunded(id, "booking", OPERATOR, 103_101 * uint256(RATE));
        vm.prank(OPERATOR);
        esc.refund(t);
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(103_101, 0, 0);
    }

    function test_RefundByTheHostAtAnyTime() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.warp(t.checkOut + 10 days);
        vm.prank(HOST);
        esc.refund(t);
        _owed(103_101, 0, 0);
    }

    function test_RefundOfACancelledStayGivesTheRest() public {
        (RentalEscrow.Terms memory t,) = _cancelled();
        vm.prank(HOST);
        esc.refund(t);
        _owed(103_101, 0, 0);
    }

    // ---- guestExit

    function test_Exit_RevertWhen_NotTheGuest() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.checkOut + 60 days);
        vm.prank(HOST);
        vm.expectRevert(RentalEscrow.NotParty.selector);
        esc.guestExit(t);
    }

    function test_Exit_RevertWhen_Early() public {
        (RentalEscrow.Terms memory t,) = _disputed();
        vm.warp(t.checkOut + 60 days - 1);
        vm.prank(GUEST);
        _refuseEarly(t.checkOut + 60 days);
        esc.guestExit(t);
    }

    function test_Exit_RevertWhen_Settled() public {
        (RentalEscrow.Terms memory t,) = _settled();
        vm.warp(t.checkOut + 60 days);
        vm.prank(GUEST);
        _refuseStatus(EscrowLedger.Status.Settled);
        esc.guestExit(t);
    }

    function test_ExitFromAForgottenDispute() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _disputed();
        vm.warp(t.checkOut + 60 days);
        vm.prank(GUEST);
        esc.guestExit(t);
        _hasStatus(id, EscrowLedger.Status.Settled);
        _owed(103_101, 0, 0);
    }

    function test_ExitWhenNobodyEverCalled() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.warp(t.checkOut + 60 days);
        vm.prank(GUEST);
        esc.guestExit(t);
        _owed(103_101, 0, 0);
    }

    /// The owner's keys are gone, deposits are paused, nobody answers: guest and host still get their money.
    function test_ExitAndClaimNeedNobody() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.prank(PAUSER);
        esc.pause();
        vm.warp(t.checkOut + 60 days);
        vm.prank(GUEST);
        esc.guestExit(t);
        vm.prank(GUEST);
        esc.withdraw(GUEST);
        vm.assertEq(GUEST.balance, 103_101 * uint256(RATE));
        vm.assertEq(address(esc).balance, 0);
    }
}
