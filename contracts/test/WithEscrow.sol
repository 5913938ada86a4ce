// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {Test} from "./Vm.sol";

/// A deployed escrow, its people, and the stay of docs/pricing.md: 1,031.01 in all, 847.78 of it the host's.
abstract contract WithEscrow is Test {
    address internal constant ADMIN = address(0xAD);
    address internal constant OPERATOR = address(0x0B);
    address internal constant ARBITER = address(0xAB);
    address internal constant PAUSER = address(0xBA);
    address internal constant TREASURY = address(0x7E);
    address internal constant GUEST = address(0x6E57);
    address internal constant HOST = address(0x4057);
    address internal constant STRANGER = address(0x5712);
    uint96 internal constant RATE = 3_333_333_333_333; // wei per cent at 3,000.00 an ether
    uint256 internal constant START = 1_800_000_000;

    RentalEscrow internal esc;

    function _deploy() internal {
        vm.warp(START);
        esc = new RentalEscrow(ADMIN, OPERATOR, ARBITER, PAUSER, TREASURY);
    }

    function _tier(uint256 until, uint256 toGuest, uint256 toHost) internal pure returns (uint256) {
        return until << 192 | toGuest << 96 | toHost;
    }

    /// Full until ten days before check-in, half until five, taxes until check-in.
    function _tiers() internal pure returns (uint256[] memory tiers) {
        tiers = new uint256[](3);
        tiers[0] = _tier(START + 20 days, 90_865, 0);
        tiers[1] = _tier(START + 25 days, 47_165, 42_389);
        tiers[2] = _tier(START + 30 days, 3_465, 84_778);
    }

    function _terms() internal pure returns (RentalEscrow.Terms memory) {
        return RentalEscrow.Terms({
            bookingId: "booking",
            quoteHash: "quote",
            refundsHash: keccak256(abi.encodePacked(_tiers())),
            guest: GUEST,
            host: HOST,
            weiPerMinor: RATE,
            totalMinor: 103_101,
            payoutMinor: 84_778,
            payBy: uint64(START + 15 minutes),
            graceBefore: uint64(START + 23 days),
            graceSeconds: 1 days,
            checkIn: uint64(START + 30 days),
            checkOut: uint64(START + 37 days),
            releaseAt: uint64(START + 39 days)
        });
    }

    function _amount(RentalEscrow.Terms memory t) internal pure returns (uint256) {
        return uint256(t.totalMinor) * t.weiPerMinor;
    }

    function _deposit(RentalEscrow.Terms memory t, uint256[] memory tiers) internal returns (bytes32 id) {
        uint256 amount = _amount(t);
        vm.deal(t.guest, t.guest.balance + amount);
        vm.prank(t.guest);
        id = esc.deposit{value: amount}(t, tiers);
    }

    function _funded() internal returns (RentalEscrow.Terms memory t, bytes32 id) {
        t = _terms();
        id = _deposit(t, _tiers());
    }

    function _disputed() internal returns (RentalEscrow.Terms memory t, bytes32 id) {
        (t, id) = _funded();
        vm.prank(GUEST);
        esc.dispute(t);
    }

    /// Cancelled by the operator for the guest in the half tier.
    function _cancelled() internal returns (RentalEscrow.Terms memory t, bytes32 id) {
        (t, id) = _funded();
        vm.warp(START + 22 days);
        vm.prank(OPERATOR);
        esc.cancelFor(t, _tiers(), uint64(START + 21 days));
    }

    function _settled() internal returns (RentalEscrow.Terms memory t, bytes32 id) {
        (t, id) = _funded();
        vm.prank(HOST);
        esc.refund(t);
    }

    function _status(bytes32 id) internal view returns (EscrowLedger.Status) {
        return esc.escrow(id).status;
    }

    function _hasStatus(bytes32 id, EscrowLedger.Status status) internal view {
        vm.assertEq(uint256(esc.escrow(id).status), uint256(status));
    }

    function _owed(uint256 guestMinor, uint256 hostMinor, uint256 treasuryMinor) internal view {
        vm.assertEq(esc.credits(GUEST), guestMinor * RATE, "guest");
        vm.assertEq(esc.credits(HOST), hostMinor * RATE, "host");
        vm.assertEq(esc.credits(TREASURY), treasuryMinor * RATE, "treasury");
        vm.assertEq(address(esc).balance, esc.totalEscrowed() + esc.totalCredits(), "balance");
    }

    function _refuseStatus(EscrowLedger.Status status) internal {
        vm.expectRevert(abi.encodeWithSelector(EscrowLedger.WrongStatus.selector, status));
    }

    function _refuseRole(address who, bytes32 role) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, who, role));
    }

    function _refuseEarly(uint256 notBefore) internal {
        vm.expectRevert(abi.encodeWithSelector(RentalEscrow.TooEarly.selector, notBefore));
    }

    function _refuseLate(uint256 deadline) internal {
        vm.expectRevert(abi.encodeWithSelector(RentalEscrow.TooLate.selector, deadline));
    }
}
