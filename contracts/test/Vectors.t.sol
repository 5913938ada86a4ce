// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// Every quote of vectors/refunds.json, paid in and cancelled at every edge of its tiers: the chain gives to the minor
/// unit what the card road gave. The product's tests hold the same file against its own refunds.
contract VectorsTest is WithEscrow {
    struct Samples {
        uint256[] fundedAt;
        uint256[] cancelledAt;
        uint256[] toGuest;
        uint256[] toHost;
    }

    function setUp() public {
        _deploy();
    }

    function test_TheChainRefundsWhatTheCardRefunds() public {
        string memory json = vm.readFile("vectors/refunds.json");
        uint256 cases;
        uint256 samples;
        for (string memory path = "$[0]"; vm.keyExistsJson(json, path); path = string.concat("$[", vm.toString(++cases), "]")) {
            samples += _cancelAll(json, path);
        }
        vm.assertGe(cases, 27);
        vm.assertGe(samples, 1000);
    }

    function _cancelAll(string memory json, string memory path) private returns (uint256) {
        uint256[] memory tiers = vm.parseJsonUintArray(json, string.concat(path, ".tiers"));
        RentalEscrow.Terms memory t = _termsOf(json, path);
        vm.assertEq(t.refundsHash, keccak256(abi.encodePacked(tiers)));
        Samples memory s = Samples({
            fundedAt: vm.parseJsonUintArray(json, string.concat(path, ".funded_at")),
            cancelledAt: vm.parseJsonUintArray(json, string.concat(path, ".cancelled_at")),
            toGuest: vm.parseJsonUintArray(json, string.concat(path, ".to_guest_minor")),
            toHost: vm.parseJsonUintArray(json, string.concat(path, ".to_host_minor"))
        });
        for (uint256 i; i < s.fundedAt.length; ++i) {
            t.bookingId = keccak256(abi.encode(path, i));
            t.payBy = uint64(s.fundedAt[i]);
            _cancel(t, tiers, s.fundedAt[i], s.cancelledAt[i], s.toGuest[i], s.toHost[i]);
        }
        return s.fundedAt.length;
    }

    function _cancel(
        RentalEscrow.Terms memory t,
        uint256[] memory tiers,
        uint256 fundedAt,
        uint256 cancelledAt,
        uint256 toGuest,
        uint256 toHost
    ) private {
        uint256[3] memory before = [esc.credits(GUEST), esc.credits(HOST), esc.credits(TREASURY)];
        vm.warp(fundedAt);
        _deposit(t, tiers);
        vm.warp(cancelledAt);
        vm.prank(GUEST);
        esc.cancel(t, tiers);
        vm.assertEq(esc.credits(GUEST) - before[0], toGuest * t.weiPerMinor, "guest");
        vm.assertEq(esc.credits(HOST) - before[1], toHost * t.weiPerMinor, "host");
        vm.assertEq(esc.credits(TREASURY) - before[2], (t.totalMinor - toGuest - toHost) * t.weiPerMinor, "treasury");
        vm.assertEq(esc.totalEscrowed(), 0);
    }

    function _termsOf(string memory json, string memory path) private pure returns (RentalEscrow.Terms memory t) {
        t.refundsHash = vm.parseJsonBytes32(json, string.concat(path, ".refunds_hash"));
        (t.guest, t.host) = (GUEST, HOST);
        t.weiPerMinor = uint96(vm.parseJsonUint(json, string.concat(path, ".wei_per_minor")));
        t.totalMinor = uint64(vm.parseJsonUint(json, string.concat(path, ".total_minor")));
        t.payoutMinor = uint64(vm.parseJsonUint(json, string.concat(path, ".payout_minor")));
        t.graceBefore = uint64(vm.parseJsonUint(json, string.concat(path, ".grace_before")));
        t.graceSeconds = uint64(vm.parseJsonUint(json, string.concat(path, ".grace_seconds")));
        t.checkIn = uint64(vm.parseJsonUint(json, string.concat(path, ".check_in")));
        t.checkOut = uint64(vm.parseJsonUint(json, string.concat(path, ".check_out")));
        t.releaseAt = t.checkOut + 48 hours;
    }
}
