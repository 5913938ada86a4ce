// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// Takes no ether; can only name another address.
contract Refuser {
    function withdraw(RentalEscrow esc, address to) external {
        esc.withdraw(to);
    }
}

/// Tries to be paid twice while it is being paid.
contract Reenterer {
    RentalEscrow private immutable ESC;
    bool public second;

    constructor(RentalEscrow esc) {
        ESC = esc;
    }

    function withdraw() external {
        ESC.withdraw(address(this));
    }

    receive() external payable {
        (second,) = address(ESC).call(abi.encodeCall(RentalEscrow.withdrawFor, (address(this))));
    }
}

/// Answers a megabyte, for which the caller would have to pay if it were copied.
contract Bomber {
    receive() external payable {
        assembly {
            revert(0, 1000000)
        }
    }
}

/// Forces its ether on anybody.
contract Forcer {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

/// withdraw, withdrawFor, pause, roles: every refusal first.
contract WithdrawTest is WithEscrow {
    event Withdrawn(address indexed payee, address indexed to, uint256 amount);

    function setUp() public {
        _deploy();
    }

    function _releasedTo(address host) private returns (uint256 owed) {
        RentalEscrow.Terms memory t = _terms();
        t.host = host;
        _deposit(t, _tiers());
        vm.warp(t.releaseAt);
        vm.prank(OPERATOR);
        esc.release(t);
        owed = esc.credits(host);
        vm.assertEq(owed, 84_778 * uint256(RATE));
    }

    // ---- withdraw, withdrawFor

    function test_RevertWhen_NothingIsOwed() public {
        _funded();
        vm.prank(GUEST);
        vm.expectRevert(EscrowLedger.NothingOwed.selector);
        esc.withdraw(GUEST);
    }

    function test_RevertWhen_Again() public {
        _releasedTo(HOST);
        esc.withdrawFor(HOST);
        vm.expectRevert(EscrowLedger.NothingOwed.selector);
        esc.withdrawFor(HOST);
    }

    function test_RevertWhen_ToNobody() public {
        _releasedTo(HOST);
        vm.prank(HOST);
        vm.expectRevert(RentalEscrow.BadParties.selector);
        esc.withdraw(address(0));
    }

    function test_RevertWhen_ThePayeeRefuses() public {
        Refuser refuser = new Refuser();
        uint256 owed = _releasedTo(address(refuser));
        vm.expectRevert(RentalEscrow.PayeeRefused.selector);
        esc.withdrawFor(address(refuser));
        vm.assertEq(esc.credits(address(refuser)), owed);
        refuser.withdraw(esc, STRANGER);
        vm.assertEq(STRANGER.balance, owed);
    }

    function test_RevertWhen_ToTheEscrow() public {
        _releasedTo(HOST);
        vm.prank(HOST);
        vm.expectRevert(RentalEscrow.PayeeRefused.selector);
        esc.withdraw(address(esc));
    }

    function test_WithdrawElsewhere() public {
        uint256 owed = _releasedTo(HOST);
        vm.expectEmit(true, true, true, true, address(esc));
        emit Withdrawn(HOST, STRANGER, owed);
        vm.prank(HOST);
        esc.withdraw(STRANGER);
        vm.assertEq(STRANGER.balance, owed);
        vm.assertEq(esc.credits(HOST), 0);
    }

    /// Anybody may send the payee his money, and to nobody else.
    function test_WithdrawForGoesToThePayee() public {
        uint256 owed = _releasedTo(HOST);
        vm.prank(STRANGER);
        esc.withdrawFor(HOST);
        vm.assertEq(HOST.balance, owed);
        vm.assertEq(STRANGER.balance, 0);
        esc.withdrawFor(TREASURY);
        vm.assertEq(address(esc).balance, 0);
    }

    function test_ReentrancyGetsNothingMore() public {
        Reenterer greedy = new Reenterer(esc);
        uint256 owed = _releasedTo(address(greedy));
        _funded2();
        greedy.withdraw();
        vm.assertFalse(greedy.second());
        vm.assertEq(address(greedy).balance, owed);
        vm.assertEq(address(esc).balance, esc.totalEscrowed() + esc.totalCredits());
    }

    /// Another escrow, so that there is something to steal.
    function _funded2() private {
        RentalEscrow.Terms memory t = _terms();
        t.bookingId = "second";
        vm.warp(START);
        _deposit(t, _tiers());
    }

    function test_AnAnswerIsNotPaidFor() public {
        Bomber bomber = new Bomber();
        _releasedTo(address(bomber));
        vm.expectRevert(RentalEscrow.PayeeRefused.selector);
        esc.withdrawFor{gas: 3_000_000}(address(bomber));
    }

    function test_ForcedEtherChangesNothing() public {
        (RentalEscrow.Terms memory t,) = _funded();
        vm.deal(address(this), 5 ether);
        new Forcer{value: 5 ether}(payable(address(esc)));
        vm.assertEq(address(esc).balance, esc.totalEscrowed() + 5 ether);
        vm.prank(HOST);
        esc.refund(t);
        esc.withdrawFor(GUEST);
        vm.assertEq(GUEST.balance, 103_101 * uint256(RATE));
        vm.assertEq(address(esc).balance, 5 ether);
    }

    // ---- pause and roles

    function test_Pause_RevertWhen_NotThePauser() public {
        bytes32 role = esc.PAUSER_ROLE();
        vm.prank(OPERATOR);
        _refuseRole(OPERATOR, role);
        esc.pause();
    }

    function test_Unpause_RevertWhen_NotTheAdmin() public {
        vm.prank(PAUSER);
        esc.pause();
        vm.prank(PAUSER);
        _refuseRole(PAUSER, 0);
        esc.unpause();
    }

    /// Pause stops deposits (Deposit.t.sol) and nothing else.
    function test_PauseStopsNoSettling() public {
        (RentalEscrow.Terms memory t,) = _funded();
        RentalEscrow.Terms memory u = _terms();
        u.bookingId = "second";
        _deposit(u, _tiers());
        vm.prank(PAUSER);
        esc.pause();
        vm.prank(GUEST);
        esc.cancel(t, _tiers());
        vm.prank(OPERATOR);
        esc.dispute(u);
        vm.prank(ARBITER);
        esc.rule(u, 103_101, 0);
        esc.withdrawFor(GUEST);
        vm.assertEq(address(esc).balance, 0);
        vm.prank(ADMIN);
        esc.unpause();
        u.bookingId = "third";
        _deposit(u, _tiers());
    }

    function test_GrantRole_RevertWhen_NotTheAdmin() public {
        bytes32 role = esc.OPERATOR_ROLE();
        vm.prank(OPERATOR);
        _refuseRole(OPERATOR, 0);
        esc.grantRole(role, STRANGER);
    }

    function test_AdminChangesInTwoStepsWithTwoDaysBetween() public {
        vm.prank(ADMIN);
        esc.beginDefaultAdminTransfer(STRANGER);
        vm.prank(STRANGER);
        vm.expectRevert();
        esc.acceptDefaultAdminTransfer();
        vm.warp(block.timestamp + 2 days + 1);
        vm.prank(OPERATOR);
        vm.expectRevert();
        esc.acceptDefaultAdminTransfer();
        vm.prank(STRANGER);
        esc.acceptDefaultAdminTransfer();
        vm.assertEq(esc.defaultAdmin(), STRANGER);
    }

    function test_ATakenRoleIsGone() public {
        (RentalEscrow.Terms memory t,) = _funded();
        bytes32 role = esc.OPERATOR_ROLE();
        vm.prank(ADMIN);
        esc.revokeRole(role, OPERATOR);
        vm.prank(OPERATOR);
        _refuseRole(OPERATOR, role);
        esc.refund(t);
    }
}
