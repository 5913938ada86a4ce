// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PropertyRegistry} from "../src/PropertyRegistry.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// What each call costs when treasury and totals are not at zero, as in daily life; without the 21,000 of every
/// transaction and its data. scripts/gas.mjs makes the table in README.md of it.
contract GasTest is WithEscrow {
    RentalEscrow.Terms private t;

    function setUp() public {
        _deploy();
        // Another guest and host were here before.
        t = _terms();
        (t.guest, t.host, t.bookingId) = (address(0x61), address(0x71), "first");
        _deposit(t, _tiers());
        vm.warp(t.releaseAt);
        vm.prank(OPERATOR);
        esc.release(t);
        vm.warp(START);
        t.bookingId = "open";
        _deposit(t, _tiers());
    }

    function _note(string memory name) private {
        vm.snapshotGasLastCall("escrow", name);
    }

    function _depositOf(uint256 count, string memory tail) private {
        RentalEscrow.Terms memory u = _terms();
        uint256[] memory tiers = new uint256[](count);
        for (uint256 i; i < count; ++i) tiers[i] = _tier(START + (i + 1) * 1 hours, 103_101 - i, i);
        u.refundsHash = keccak256(abi.encodePacked(tiers));
        _deposit(u, tiers);
        _note(string.concat("deposit, ", tail));
        vm.warp(START + 24 hours + 1);
        vm.prank(GUEST);
        esc.cancel(u, tiers);
        _note(string.concat("cancel, ", tail));
    }

    function test_Deposit3() public {
        _depositOf(3, "3 tiers");
    }

    function test_Deposit8() public {
        _depositOf(8, "8 tiers");
    }

    function test_Deposit28() public {
        _depositOf(28, "28 tiers");
    }

    function test_Deposit365() public {
        _depositOf(365, "365 tiers");
    }

    function test_CancelForThenRelease() public {
        RentalEscrow.Terms memory u;
        (u,) = _cancelled();
        _note("cancelFor, 3 tiers");
        vm.warp(u.releaseAt);
        vm.prank(OPERATOR);
        esc.release(u);
        _note("release after cancelFor");
    }

    function test_Release() public {
        (RentalEscrow.Terms memory u,) = _funded();
        vm.warp(u.releaseAt);
        vm.prank(OPERATOR);
        esc.release(u);
        _note("release");
        esc.withdrawFor(HOST);
        _note("withdrawFor, the host's first");
    }

    function test_Claim() public {
        (RentalEscrow.Terms memory u,) = _funded();
        vm.warp(u.checkOut + 7 days);
        vm.prank(HOST);
        esc.hostClaim(u);
        _note("hostClaim");
        vm.prank(HOST);
        esc.withdraw(HOST);
        _note("withdraw, the host's first");
    }

    function test_Refund() public {
        (RentalEscrow.Terms memory u,) = _funded();
        vm.prank(OPERATOR);
        esc.refund(u);
        _note("refund");
    }

    function test_Dispute() public {
        (RentalEscrow.Terms memory u,) = _disputed();
        _note("dispute");
        vm.prank(ARBITER);
        esc.rule(u, 50_000, 50_000);
        _note("rule");
    }

    function test_Exit() public {
        (RentalEscrow.Terms memory u,) = _funded();
        vm.warp(u.checkOut + 60 days);
        vm.prank(GUEST);
        esc.guestExit(u);
        _note("guestExit");
    }

    function test_Registry() public {
        PropertyRegistry registry = new PropertyRegistry(ADMIN, OPERATOR);
        vm.prank(OPERATOR);
        registry.record("home", HOST, "hash", true, 1);
        vm.prank(OPERATOR);
        registry.record("another", HOST, "hash", true, 1);
        _note("PropertyRegistry.record, a new home");
        vm.prank(OPERATOR);
        registry.record("home", HOST, "newer", true, 2);
        _note("PropertyRegistry.record, a new version");
    }
}
