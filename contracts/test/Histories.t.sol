// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";

/// 10,000 random histories of escrows, allowed and refused steps alike. What the contract says after each step is hashed
/// into vectors/histories.json; the product's tests reckon the same histories with a model of their own in C# and come
/// to the same hashes.
contract HistoriesTest is WithEscrow {
    uint256 private constant HISTORIES = 10_000;
    uint256 private constant IN_DIGEST = 1_000;
    uint256 private constant STEPS = 8;

    bytes32 private _random;
    bytes32 private _digest;

    function setUp() public {
        _deploy();
    }

    function test_TheModelInCSharpSaysTheSame() public {
        string memory json = vm.readFile("vectors/histories.json");
        for (uint256 i; i < HISTORIES; ++i) {
            if (i % IN_DIGEST == 0) _digest = 0;
            this.play(i); // a call of its own: its memory is given back
            if (i % IN_DIGEST == IN_DIGEST - 1) {
                string memory path = string.concat("$.digests[", vm.toString(i / IN_DIGEST), "]");
                vm.assertEq(_digest, vm.parseJsonBytes32(json, path));
            }
        }
        vm.assertEq(address(esc).balance, esc.totalEscrowed() + esc.totalCredits(), "balance");
    }

    function play(uint256 number) external {
        _random = keccak256(abi.encode("history", number));
        (RentalEscrow.Terms memory t, uint256[] memory tiers) = _draw(number);
        bytes32 id = esc.escrowIdOf(t);
        uint256 time = START + _next(1 days);
        uint256 fundedAt = time;
        uint256 amount = _amount(t);
        vm.deal(GUEST, amount);
        vm.warp(time);
        _note(id, _try(GUEST, amount, abi.encodeCall(RentalEscrow.deposit, (t, tiers))));
        for (uint256 step; step < STEPS; ++step) {
            time += _next(12 days);
            vm.warp(time);
            (address who, bytes memory data) = _choose(t, tiers, fundedAt, time);
            _note(id, _try(who, 0, data));
        }
    }

    function _draw(uint256 number) private returns (RentalEscrow.Terms memory t, uint256[] memory tiers) {
        t = _terms();
        t.bookingId = bytes32(number + 1);
        t.totalMinor = uint64(1_000 + _next(1_000_000));
        t.payoutMinor = uint64(_next(uint256(t.totalMinor) + 1));
        t.payBy = uint64(START + 23 hours); // one deposit in 24 comes too late
        t.graceBefore = uint64(START + _next(2 days));
        tiers = new uint256[](_next(4));
        uint256 until = START;
        for (uint256 i; i < tiers.length; ++i) {
            until += 1 + _next(10 days);
            uint256 paid = t.totalMinor - _next(uint256(t.totalMinor) - t.payoutMinor + 1);
            uint256 toGuest = _next(paid + 1);
            tiers[i] = _tier(until, toGuest, paid - toGuest);
        }
        t.refundsHash = keccak256(abi.encodePacked(tiers));
    }

    function _choose(RentalEscrow.Terms memory t, uint256[] memory tiers, uint256 fundedAt, uint256 time)
        private
        returns (address, bytes memory)
    {
        uint256 what = _next(9);
        if (what == 0) return (GUEST, abi.encodeCall(RentalEscrow.cancel, (t, tiers)));
        if (what == 1) {
            // Now and then a second before the deposit, or after now.
            uint64 cancelledAt = uint64(fundedAt - 1 + _next(time - fundedAt + 3));
            return (OPERATOR, abi.encodeCall(RentalEscrow.cancelFor, (t, tiers, cancelledAt)));
        }
        if (what == 2) return (OPERATOR, abi.encodeCall(RentalEscrow.refund, (t)));
        if (what == 3) return (HOST, abi.encodeCall(RentalEscrow.refund, (t)));
        if (what == 4) return (OPERATOR, abi.encodeCall(RentalEscrow.release, (t)));
        if (what == 5) return (GUEST, abi.encodeCall(RentalEscrow.dispute, (t)));
        if (what == 6) {
            uint64 toGuest = uint64(_next(uint256(t.totalMinor) + 1));
            uint64 toHost = uint64(_next(uint256(t.totalMinor) - toGuest + 1));
            return (ARBITER, abi.encodeCall(RentalEscrow.rule, (t, toGuest, toHost)));
        }
        if (what == 7) return (HOST, abi.encodeCall(RentalEscrow.hostClaim, (t)));
        return (GUEST, abi.encodeCall(RentalEscrow.guestExit, (t)));
    }

    function _try(address who, uint256 value, bytes memory data) private returns (bool done) {
        vm.prank(who);
        (done,) = address(esc).call{value: value}(data);
    }

    function _note(bytes32 id, bool done) private {
        EscrowLedger.Escrow memory e = esc.escrow(id);
        _digest = keccak256(
            abi.encode(
                _digest,
                done,
                uint256(e.amount),
                uint256(e.hostShare),
                uint256(e.status),
                esc.credits(GUEST),
                esc.credits(HOST),
                esc.credits(TREASURY)
            )
        );
    }

    /// 0 to less than the bound.
    function _next(uint256 bound_) private returns (uint256) {
        _random = keccak256(abi.encode(_random));
        return uint256(_random) % bound_;
    }
}
