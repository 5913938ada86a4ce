// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "../src/EscrowLedger.sol";
import {RentalEscrow} from "../src/RentalEscrow.sol";
import {WithEscrow} from "./WithEscrow.sol";
import {Forcer} from "./Withdraw.t.sol";

/// Plays guests, hosts, operator and arbiter at random, three guests and three hosts, and keeps its own book of what each must get.
contract Handler is WithEscrow {
    RentalEscrow.Terms[] private all;
    mapping(bytes32 id => uint256[]) private tables;
    mapping(bytes32 id => EscrowLedger.Status) private seen;
    address[3] private guests = [address(0x61), address(0x62), address(0x63)];
    address[3] private hosts = [address(0x71), address(0x72), address(0x73)];
    address private immutable owner = msg.sender;
    uint256 public paidIn;
    uint256 public paidOut;
    uint256 public forced;
    uint256 public backwards;

    constructor(RentalEscrow escrow_) {
        esc = escrow_;
    }

    function count() external view returns (uint256) {
        return all.length;
    }

    function idOf(uint256 i) public view returns (bytes32) {
        return esc.escrowIdOf(all[i]);
    }

    function deposit(uint256 seed, uint256 rate, uint256 days_) external {
        RentalEscrow.Terms memory t = _terms();
        uint256 time = block.timestamp;
        t.bookingId = bytes32(all.length);
        (t.guest, t.host) = (guests[seed % 3], hosts[seed / 3 % 3]);
        t.weiPerMinor = uint96(bound(rate, 1, 1e14));
        t.totalMinor = uint64(bound(seed >> 8, 1, 1e8));
        t.payoutMinor = uint64(bound(seed >> 16, 0, t.totalMinor));
        t.payBy = uint64(time + 15 minutes);
        t.graceBefore = uint64(seed % 2 == 0 ? time + 1 days : time - 1);
        t.checkIn = uint64(time + bound(days_, 1, 200) * 1 days);
        t.checkOut = t.checkIn + 3 days;
        t.releaseAt = t.checkOut + 2 days;
        uint256[] memory tiers = new uint256[](seed % 5);
        for (uint256 i; i < tiers.length; ++i) {
            uint256 paid = bound(uint256(keccak256(abi.encode(seed, i))), t.payoutMinor, t.totalMinor);
            uint256 toGuest = bound(uint256(keccak256(abi.encode(i, seed))), 0, paid);
            tiers[i] = _tier(time + (i + 1) * 10 days, toGuest, paid - toGuest);
        }
        t.refundsHash = keccak256(abi.encodePacked(tiers));
        bytes32 id = _deposit(t, tiers);
        all.push(t);
        tables[id] = tiers;
        paidIn += _amount(t);
        _look(id);
    }

    function pass(uint256 hours_) external {
        vm.warp(block.timestamp + bound(hours_, 1, 24 * 20) * 1 hours);
    }

    function cancel(uint256 i) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if (s != EscrowLedger.Status.Funded) return;
        vm.prank(t.guest);
        esc.cancel(t, tables[id]);
        _look(id);
    }

    function cancelFor(uint256 i, uint256 time) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if (s != EscrowLedger.Status.Funded || block.timestamp >= t.checkOut) return;
        time = bound(time, esc.escrow(id).fundedAt, block.timestamp);
        vm.prank(OPERATOR);
        esc.cancelFor(t, tables[id], uint64(time));
        _look(id);
    }

    function refund(uint256 i, bool byHost) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if (!_holds(s) || i % 3 > 0) return;
        if (!byHost && (s == EscrowLedger.Status.Disputed || block.timestamp >= t.checkOut)) return;
        vm.prank(byHost ? t.host : OPERATOR);
        esc.refund(t);
        _look(id);
    }

    function release(uint256 i, bool byHost) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if (s != EscrowLedger.Status.Funded && s != EscrowLedger.Status.Cancelled) return;
        uint256 from = byHost ? t.checkOut + 7 days : t.releaseAt;
        if (block.timestamp < from) vm.warp(from);
        vm.prank(byHost ? t.host : OPERATOR);
        if (byHost) esc.hostClaim(t);
        else esc.release(t);
        _look(id);
    }

    function dispute(uint256 i, bool byGuest) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if ((s != EscrowLedger.Status.Funded && s != EscrowLedger.Status.Cancelled) || block.timestamp >= t.releaseAt) return;
        vm.prank(byGuest ? t.guest : OPERATOR);
        esc.dispute(t);
        _look(id);
    }

    function rule(uint256 i, uint256 share, uint256 split) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if (s != EscrowLedger.Status.Disputed) return;
        EscrowLedger.Escrow memory e = esc.escrow(id);
        uint256 paid = bound(share, e.hostShare / t.weiPerMinor, e.amount / t.weiPerMinor);
        uint256 toGuest = bound(split, 0, paid);
        vm.prank(ARBITER);
        esc.rule(t, uint64(toGuest), uint64(paid - toGuest));
        _look(id);
    }

    function exit(uint256 i) external {
        (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) = _pick(i);
        if (!_holds(s) || i % 4 > 0) return;
        if (block.timestamp < t.checkOut + 60 days) vm.warp(t.checkOut + 60 days);
        vm.prank(t.guest);
        esc.guestExit(t);
        _look(id);
    }

    function withdraw(uint256 who, bool himself) external {
        address payee = who % 7 < 3 ? guests[who % 7] : who % 7 < 6 ? hosts[who % 7 - 3] : TREASURY;
        _withdraw(payee, himself);
    }

    function force(uint256 amount) external {
        if (amount % 10 > 0) return;
        amount = bound(amount, 1, 1e18);
        vm.deal(address(this), amount);
        new Forcer{value: amount}(payable(address(esc)));
        forced += amount;
    }

    /// Settles what still holds money by the last resort, then everybody withdraws: what is left is what was forced in.
    function finish() external {
        if (msg.sender != owner) return;
        for (uint256 i; i < all.length; ++i) {
            if (!_holds(esc.escrow(idOf(i)).status)) continue;
            vm.warp(block.timestamp > all[i].checkOut + 60 days ? block.timestamp : all[i].checkOut + 60 days);
            vm.prank(all[i].guest);
            esc.guestExit(all[i]);
        }
        for (uint256 i; i < 3; ++i) {
            _withdraw(guests[i], false);
            _withdraw(hosts[i], true);
        }
        _withdraw(TREASURY, false);
    }

    function sums() external view returns (uint256 open, uint256 owed) {
        for (uint256 i; i < all.length; ++i) open += esc.escrow(idOf(i)).amount;
        for (uint256 i; i < 3; ++i) owed += esc.credits(guests[i]) + esc.credits(hosts[i]);
        owed += esc.credits(TREASURY);
    }

    function settledHoldsNothing() external view returns (bool) {
        for (uint256 i; i < all.length; ++i) {
            EscrowLedger.Escrow memory e = esc.escrow(idOf(i));
            if (_holds(e.status) != (e.amount > 0) || e.hostShare > e.amount) return false;
        }
        return true;
    }

    function _withdraw(address payee, bool himself) private {
        uint256 owed = esc.credits(payee);
        if (owed == 0) return;
        uint256 before = payee.balance;
        if (himself) vm.prank(payee);
        if (himself) esc.withdraw(payee);
        else esc.withdrawFor(payee);
        vm.assertEq(payee.balance, before + owed);
        paidOut += owed;
    }

    function _pick(uint256 i) private view returns (RentalEscrow.Terms memory t, bytes32 id, EscrowLedger.Status s) {
        if (all.length == 0) return (t, id, s);
        t = all[i % all.length];
        id = esc.escrowIdOf(t);
        s = esc.escrow(id).status;
    }

    function _holds(EscrowLedger.Status s) private pure returns (bool) {
        return s != EscrowLedger.Status.None && s != EscrowLedger.Status.Settled;
    }

    function _look(bytes32 id) private {
        EscrowLedger.Status s = esc.escrow(id).status;
        if (s <= seen[id]) ++backwards;
        seen[id] = s;
    }
}

/// What holds after every step of every history.
contract InvariantsTest is WithEscrow {
    Handler private handler;

    function setUp() public {
        _deploy();
        handler = new Handler(esc);
    }

    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(handler);
    }

    /// The balance is, to the wei, what the ledger owes and what was forced in; the sums are those of their parts; every
    /// step moved its escrow's status forward, and an escrow holds money exactly while it isn't settled.
    function invariant_BalanceIsTheLedgerAndStatusOnlyForward() public view {
        vm.assertEq(address(esc).balance, esc.totalEscrowed() + esc.totalCredits() + handler.forced());
        (uint256 open, uint256 owed) = handler.sums();
        vm.assertEq(esc.totalEscrowed(), open);
        vm.assertEq(esc.totalCredits(), owed);
        vm.assertEq(handler.paidIn(), handler.paidOut() + open + owed);
        vm.assertEq(handler.backwards(), 0);
        vm.assertTrue(handler.settledHoldsNothing());
    }

    /// However a history went: in the end everybody is paid and not a wei is stuck.
    function afterInvariant() public {
        handler.finish();
        vm.assertEq(esc.totalEscrowed() + esc.totalCredits(), 0);
        vm.assertEq(address(esc).balance, handler.forced());
        vm.assertEq(handler.paidIn(), handler.paidOut());
    }
}
