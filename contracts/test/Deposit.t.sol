// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// deposit, escrowIdOf and the constructor: every refusal first.
contract DepositTest is WithEscrow {
    event Funded(
        bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed guest, RentalEscrow.Terms terms, uint256[] tiers
    );

    function setUp() public {
        _deploy();
        vm.deal(GUEST, 1000 ether);
    }

    function _refused(RentalEscrow.Terms memory t, uint256[] memory tiers, bytes memory why) private {
        uint256 amount = _amount(t);
        vm.deal(t.guest, amount);
        vm.prank(t.guest);
        vm.expectRevert(why);
        esc.deposit{value: amount}(t, tiers);
    }

    function _refused(RentalEscrow.Terms memory t, bytes4 why) private {
        _refused(t, _tiers(), abi.encodeWithSelector(why));
    }

    // ---- the constructor

    function test_RevertWhen_TreasuryIsNobody() public {
        vm.expectRevert(RentalEscrow.BadParties.selector);
        new RentalEscrow(ADMIN, OPERATOR, ARBITER, PAUSER, address(0));
    }

    function test_RevertWhen_OperatorIsArbiter() public {
        vm.expectRevert(RentalEscrow.BadParties.selector);
        new RentalEscrow(ADMIN, OPERATOR, OPERATOR, PAUSER, TREASURY);
    }

    function test_RevertWhen_AdminIsNobody() public {
        vm.expectRevert();
        new RentalEscrow(address(0), OPERATOR, ARBITER, PAUSER, TREASURY);
    }

    // ---- deposit

    function test_RevertWhen_Paused() public {
        vm.prank(PAUSER);
        esc.pause();
        _refused(_terms(), Pausable.EnforcedPause.selector);
    }

    function test_RevertWhen_NotTheGuest() public {
        RentalEscrow.Terms memory t = _terms();
        uint256 amount = _amount(t);
        vm.deal(STRANGER, amount);
        vm.prank(STRANGER);
        vm.expectRevert(RentalEscrow.NotParty.selector);
        esc.deposit{value: amount}(t, _tiers());
    }

    function test_RevertWhen_HostIsNobody() public {
        RentalEscrow.Terms memory t = _terms();
        t.host = address(0);
        _refused(t, RentalEscrow.BadParties.selector);
    }

    function test_RevertWhen_HostIsTheGuest() public {
        RentalEscrow.Terms memory t = _terms();
        t.host = GUEST;
        _refused(t, RentalEscrow.BadParties.selector);
    }

    function test_RevertWhen_HostIsTheEscrow() public {
        RentalEscrow.Terms memory t = _terms();
        t.host = address(esc);
        _refused(t, RentalEscrow.BadParties.selector);
    }

    function test_RevertWhen_Late() public {
        vm.warp(START + 15 minutes + 1);
        _refused(_terms(), _tiers(), abi.encodeWithSelector(RentalEscrow.TooLate.selector, START + 15 minutes));
    }

    function test_RevertWhen_PayByIsNotBeforeCheckOut() public {
        RentalEscrow.Terms memory t = _terms();
        t.payBy = t.checkOut;
        _refused(t, RentalEscrow.BadTimes.selector);
    }

    function test_RevertWhen_CheckInIsNotBeforeCheckOut() public {
        RentalEscrow.Terms memory t = _terms();
        t.checkIn = t.checkOut;
        _refused(t, RentalEscrow.BadTimes.selector);
    }

    function test_RevertWhen_CheckOutIsTooFarAhead() public {
        RentalEscrow.Terms memory t = _terms();
        t.checkOut = uint64(START + 3 * 365 days + 1);
        t.releaseAt = t.checkOut;
        _refused(t, RentalEscrow.BadTimes.selector);
    }

    function test_RevertWhen_ReleaseIsBeforeCheckOut() public {
        RentalEscrow.Terms memory t = _terms();
        t.releaseAt = t.checkOut - 1;
        _refused(t, RentalEscrow.BadTimes.selector);
    }

    function test_RevertWhen_ReleaseIsAfterTheHostsClaim() public {
        RentalEscrow.Terms memory t = _terms();
        t.releaseAt = t.checkOut + 7 days + 1;
        _refused(t, RentalEscrow.BadTimes.selector);
    }

    function test_RevertWhen_NothingIsPaid() public {
        RentalEscrow.Terms memory t = _terms();
        t.weiPerMinor = 0;
        _refused(t, RentalEscrow.BadAmounts.selector);
    }

    function test_RevertWhen_PayoutIsMoreThanTotal() public {
        RentalEscrow.Terms memory t = _terms();
        t.payoutMinor = t.totalMinor + 1;
        _refused(t, RentalEscrow.BadAmounts.selector);
    }

    function test_RevertWhen_AmountDoesNotFit() public {
        RentalEscrow.Terms memory t = _terms();
        t.weiPerMinor = type(uint96).max;
        vm.prank(GUEST);
        vm.expectRevert();
        esc.deposit{value: 1}(t, _tiers());
    }

    function test_RevertWhen_Short() public {
        RentalEscrow.Terms memory t = _terms();
        uint256 amount = _amount(t);
        vm.prank(GUEST);
        vm.expectRevert(abi.encodeWithSelector(RentalEscrow.WrongAmount.selector, amount));
        esc.deposit{value: amount - 1}(t, _tiers());
    }

    function test_RevertWhen_TooMuch() public {
        RentalEscrow.Terms memory t = _terms();
        uint256 amount = _amount(t);
        vm.prank(GUEST);
        vm.expectRevert(abi.encodeWithSelector(RentalEscrow.WrongAmount.selector, amount));
        esc.deposit{value: amount + 1}(t, _tiers());
    }

    function test_RevertWhen_TableIsAnother() public {
        uint256[] memory tiers = _tiers();
        tiers[1] += 1;
        _refused(_terms(), tiers, abi.encodeWithSelector(RentalEscrow.BadTiers.selector, 3));
    }

    function _refusedTable(uint256 index, uint256 word) private {
        uint256[] memory tiers = _tiers();
        tiers[index] = word;
        RentalEscrow.Terms memory t = _terms();
        t.refundsHash = keccak256(abi.encodePacked(tiers));
        _refused(t, tiers, abi.encodeWithSelector(RentalEscrow.BadTiers.selector, index));
    }

    function test_RevertWhen_TiersAreNotInTheOrderOfTime() public {
        _refusedTable(1, _tier(START + 20 days, 47_165, 42_389));
    }

    function test_RevertWhen_ATierGivesMoreThanThereIs() public {
        _refusedTable(2, _tier(START + 30 days, 103_101, 1));
    }

    function test_RevertWhen_ATierLeavesThePlatformMoreThanTheStay() public {
        _refusedTable(0, _tier(START + 20 days, 84_777, 0));
    }

    function test_RevertWhen_Twice() public {
        _funded();
        _refused(_terms(), _tiers(), abi.encodeWithSelector(EscrowLedger.WrongStatus.selector, EscrowLedger.Status.Funded));
    }

    function test_RevertWhen_ItWasSettledBefore() public {
        _settled();
        _refused(_terms(), _tiers(), abi.encodeWithSelector(EscrowLedger.WrongStatus.selector, EscrowLedger.Status.Settled));
    }

    function test_RevertWhen_EtherComesWithoutDeposit() public {
        vm.prank(GUEST);
        (bool taken,) = address(esc).call{value: 1}("");
        vm.assertFalse(taken);
    }

    function test_Deposit() public {
        RentalEscrow.Terms memory t = _terms();
        bytes32 id = keccak256(abi.encode(block.chainid, address(esc), t));
        vm.expectEmit(true, true, true, true, address(esc));
        emit Funded(id, "booking", GUEST, t, _tiers());
        vm.assertEq(_deposit(t, _tiers()), id);
        EscrowLedger.Escrow memory e = esc.escrow(id);
        vm.assertEq(e.amount, 103_101 * uint256(RATE));
        vm.assertEq(e.hostShare, 84_778 * uint256(RATE));
        vm.assertEq(e.fundedAt, START);
        _hasStatus(id, EscrowLedger.Status.Funded);
        vm.assertEq(address(esc).balance, esc.totalEscrowed());
    }

    function test_DepositInTheLastSecond() public {
        vm.warp(START + 15 minutes);
        _funded();
    }

    function test_DepositWithoutTiers() public {
        RentalEscrow.Terms memory t = _terms();
        uint256[] memory none = new uint256[](0);
        t.refundsHash = keccak256("");
        _deposit(t, none);
    }

    function test_DepositForAStayThatHasBegun() public {
        RentalEscrow.Terms memory t = _terms();
        t.checkIn = uint64(START - 3 hours);
        _deposit(t, _tiers());
    }

    /// Should the chain split, escrows of the side that gets another id stay reachable.
    function test_IdOutlivesAChangeOfTheChainsId() public {
        (RentalEscrow.Terms memory t, bytes32 id) = _funded();
        vm.chainId(4242);
        vm.assertEq(esc.escrowIdOf(t), id);
        vm.prank(HOST);
        esc.refund(t);
    }

    /// Whatever differs in the terms, the id differs: nobody can take a booking's place.
    function testFuzz_OtherTermsAreAnotherEscrow(uint256 word, uint256 mask) public view {
        RentalEscrow.Terms memory t = _terms();
        bytes32 id = esc.escrowIdOf(t);
        uint256 bits = word % 7;
        if (bits == 0) t.bookingId ^= bytes32(mask);
        else if (bits == 1) t.quoteHash ^= bytes32(mask);
        else if (bits == 2) t.refundsHash ^= bytes32(mask);
        else if (bits == 3) t.guest = address(uint160(t.guest) ^ uint160(mask));
        else if (bits == 4) t.weiPerMinor ^= uint96(mask);
        else if (bits == 5) t.payoutMinor ^= uint64(mask);
        else t.releaseAt ^= uint64(mask);
        bool same = keccak256(abi.encode(t)) == keccak256(abi.encode(_terms()));
        vm.assertTrue((esc.escrowIdOf(t) == id) == same);
    }
}
