// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlDefaultAdminRules} from
    "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EscrowLedger} from "./EscrowLedger.sol";

/// @title  Holds a guest's ether for one booking until it is split between guest, host and platform
/// @notice The terms are those of the booking's frozen quote, refund table included. They are hashed into the escrow's
///         id, so every later call brings the very same terms along and nothing about an escrow can change.
///
///             None --deposit--> Funded --cancel (guest)---------------------------> Settled
///                               Funded --cancelFor (operator)--> Cancelled
///                               Funded --refund (host, operator)------------------> Settled
///                    Funded, Cancelled --dispute (guest, operator)--> Disputed
///                    Funded, Cancelled --release (operator, from releaseAt)-------> Settled
///                    Funded, Cancelled --hostClaim (check-out + 7 days)-----------> Settled
///                             Disputed --rule (arbiter), refund (host)------------> Settled
///          Funded, Cancelled, Disputed --guestExit (check-out + 60 days)----------> Settled
///
///         Before releaseAt nobody but the guest himself, or the arbiter in a dispute, can move a wei to host or
///         platform; nobody at all can move one to anybody else. Settling only credits; ether leaves by withdrawing.
/// @dev    Not upgradeable, no owner's way to the money. Terms are in minor units of the quote's currency; weiPerMinor
///         is whole, so every conversion is a multiplication, exact by construction. Ledger and events are in wei.
///         Ether that is forced in (selfdestruct, block rewards) belongs to nobody and stays.
contract RentalEscrow is EscrowLedger, AccessControlDefaultAdminRules, Pausable, ReentrancyGuardTransient {
    /// @notice What guest, host and platform agreed on. All members are static: abi.encode makes fourteen words of them.
    struct Terms {
        /// The booking, for people and indexers; the contract only repeats it.
        bytes32 bookingId;
        /// SHA-256 of the frozen quote.
        bytes32 quoteHash;
        /// keccak256 of the refund table: its words one after the other.
        bytes32 refundsHash;
        /// Who pays in and to whom refunds go.
        address guest;
        /// The host's payout wallet.
        address host;
        /// Wei per minor unit of the quote's currency, frozen with the quote.
        uint96 weiPerMinor;
        /// What the guest pays, in minor units.
        uint64 totalMinor;
        /// What of it is the host's after the stay, in minor units; the rest (fees, taxes) is the platform's.
        uint64 payoutMinor;
        /// The last second in which the deposit is taken. All times are Unix seconds.
        uint64 payBy;
        /// A deposit until then...
        uint64 graceBefore;
        /// ...gives everything back for so many seconds.
        uint64 graceSeconds;
        uint64 checkIn;
        uint64 checkOut;
        /// The end of the time to dispute: from then on the operator may release.
        uint64 releaseAt;
    }

    /// @notice Carries out what the product decides; can choose only among the splits of the terms.
    bytes32 public constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");
    /// @notice Splits a disputed escrow between guest and host.
    bytes32 public constant ARBITER_ROLE = keccak256("ARBITER_ROLE");
    /// @notice Can stop new deposits.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");
    /// @notice So long after check-out a host can take what is his without the operator.
    uint256 public constant HOST_CLAIM_DELAY = 7 days;
    /// @notice So long after check-out a guest can take back what nobody has settled.
    uint256 public constant GUEST_EXIT_DELAY = 60 days;
    /// @notice A change of the admin takes two steps with this time between them.
    uint48 public constant ADMIN_DELAY = 2 days;
    /// @notice Check-out is at most so far ahead; a slip in a date must not lock money for a century.
    uint256 public constant MAX_AHEAD = 3 * 365 days;

    /// @notice Where the platform's part goes, for ever.
    address public immutable treasury;
    /// @dev Of the deployment: should the chain split and one side take another id, its escrows keep theirs.
    uint256 private immutable _chainId;

    event Funded(
        bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed guest, Terms terms, uint256[] tiers
    );
    /// @param cancelledAt the time by which the tier was chosen
    /// @param toGuest     credited at once, in wei
    /// @param toHost      the host's part in wei: credited when the guest called, kept until release when the operator did
    event Cancelled(
        bytes32 indexed escrowId,
        bytes32 indexed bookingId,
        address indexed by,
        uint64 cancelledAt,
        uint256 toGuest,
        uint256 toHost
    );
    event Refunded(bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by, uint256 toGuest);
    event Released(
        bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by, uint256 toHost, uint256 fee
    );
    event Disputed(bytes32 indexed escrowId, bytes32 indexed bookingId, address indexed by);
    event Ruled(
        bytes32 indexed escrowId,
        bytes32 indexed bookingId,
        address indexed by,
        uint256 toGuest,
        uint256 toHost,
        uint256 fee
    );
    event Withdrawn(address indexed payee, address indexed to, uint256 amount);

    /// @notice The caller is not who may do this.
    error NotParty();
    /// @notice The amount sent is not the one of the terms, in wei.
    error WrongAmount(uint256 expected);
    /// @notice The wallets of the terms can't be.
    error BadParties();
    /// @notice The amounts of the terms can't be.
    error BadAmounts();
    /// @notice The times of the terms can't be.
    error BadTimes();
    /// @notice The refund table is not the one of the terms, or its entry at this index can't be.
    error BadTiers(uint256 index);
    error TooEarly(uint256 notBefore);
    error TooLate(uint256 deadline);
    /// @notice The payee's wallet refused the ether. A contract can name another address with withdraw.
    error PayeeRefused();

    /// @param admin    grants and takes roles; best a contract of several people
    /// @param treasury_ gets the platform's part
    constructor(address admin, address operator, address arbiter, address pauser, address treasury_)
        AccessControlDefaultAdminRules(ADMIN_DELAY, admin)
    {
        require(treasury_ != address(0) && treasury_ != address(this) && operator != arbiter, BadParties());
        treasury = treasury_;
        _chainId = block.chainid;
        _grantRole(OPERATOR_ROLE, operator);
        _grantRole(ARBITER_ROLE, arbiter);
        _grantRole(PAUSER_ROLE, pauser);
    }

    // ---- guest

    /// @notice Pays for a booking: the guest of the terms, the exact amount, once, until payBy.
    /// @param  tiers the refund table, one word a tier in the order of time: until (64 bits), what the guest gets back
    ///               until and including then (96 bits) and what the host keeps for himself (96 bits), in minor units
    function deposit(Terms calldata t, uint256[] calldata tiers) external payable whenNotPaused returns (bytes32 id) {
        // Checks
        require(msg.sender == t.guest, NotParty());
        require(t.host != address(0) && t.host != t.guest && t.host != address(this), BadParties());
        require(block.timestamp <= t.payBy, TooLate(t.payBy));
        require(
            t.payBy < t.checkOut && t.checkIn < t.checkOut && t.checkOut <= block.timestamp + MAX_AHEAD
                && t.checkOut <= t.releaseAt && t.releaseAt <= t.checkOut + HOST_CLAIM_DELAY,
            BadTimes()
        );
        uint96 amount = _wei(t, t.totalMinor);
        require(amount > 0 && t.payoutMinor <= t.totalMinor, BadAmounts());
        require(msg.value == amount, WrongAmount(amount));
        _checkTiers(t, tiers);
        id = escrowIdOf(t);
        // Effects
        _open(id, amount, _wei(t, t.payoutMinor), uint48(block.timestamp));
        emit Funded(id, t.bookingId, t.guest, t, tiers);
    }

    /// @notice The guest cancels: the tier of this block's time, all parts credited at once.
    function cancel(Terms calldata t, uint256[] calldata tiers) external {
        // Checks
        require(msg.sender == t.guest, NotParty());
        bytes32 id = escrowIdOf(t);
        Escrow memory e = _escrows[id];
        require(e.status == Status.Funded, WrongStatus(e.status));
        require(keccak256(abi.encodePacked(tiers)) == t.refundsHash, BadTiers(tiers.length));
        (uint256 guestMinor, uint256 hostMinor) = splitAt(t, tiers, e.fundedAt, block.timestamp);
        (uint96 toGuest, uint96 toHost) = (_wei(t, guestMinor), _wei(t, hostMinor));
        // Effects
        _settle(id, t.guest, toGuest, t.host, toHost, treasury);
        emit Cancelled(id, t.bookingId, msg.sender, uint64(block.timestamp), toGuest, toHost);
    }

    /// @notice The last resort of a guest when operator, arbiter and host all stayed silent: everything that is left.
    function guestExit(Terms calldata t) external {
        // Checks
        require(msg.sender == t.guest, NotParty());
        _notBefore(t.checkOut + GUEST_EXIT_DELAY);
        // Effects
        _refundAll(escrowIdOf(t), t);
    }

    // ---- host

    /// @notice The host takes his part when the operator stayed silent and nobody disputed.
    function hostClaim(Terms calldata t) external {
        // Checks
        require(msg.sender == t.host, NotParty());
        _notBefore(t.checkOut + HOST_CLAIM_DELAY);
        // Effects
        _release(t);
    }

    // ---- operator

    /// @notice A guest cancelled in the product at a time now past. He is credited at once; the rest stays until it is
    ///         released, so that a guest who didn't cancel can still dispute. Not after check-out.
    /// @param  cancelledAt the time of the cancellation, rounded up to whole seconds
    function cancelFor(Terms calldata t, uint256[] calldata tiers, uint64 cancelledAt)
        external
        onlyRole(OPERATOR_ROLE)
    {
        // Checks
        bytes32 id = escrowIdOf(t);
        Escrow memory e = _escrows[id];
        require(e.status == Status.Funded, WrongStatus(e.status));
        require(cancelledAt >= e.fundedAt, BadTimes());
        _notBefore(cancelledAt);
        require(block.timestamp < t.checkOut, TooLate(t.checkOut));
        require(keccak256(abi.encodePacked(tiers)) == t.refundsHash, BadTiers(tiers.length));
        (uint256 guestMinor, uint256 hostMinor) = splitAt(t, tiers, e.fundedAt, cancelledAt);
        (uint96 toGuest, uint96 toHost) = (_wei(t, guestMinor), _wei(t, hostMinor));
        // Effects
        _giveBack(id, t.guest, toGuest, toHost);
        emit Cancelled(id, t.bookingId, msg.sender, cancelledAt, toGuest, toHost);
    }

    /// @notice The stay and the time to dispute are over: the host gets his part, the platform its own.
    function release(Terms calldata t) external onlyRole(OPERATOR_ROLE) {
        // Checks
        _notBefore(t.releaseAt);
        // Effects
        _release(t);
    }

    // ---- several

    /// @notice Everything back to the guest: by the host at any time, by the operator (for a host who cancelled, or
    ///         for a deposit that belongs to no booking) until check-out and not in a dispute.
    function refund(Terms calldata t) external {
        // Checks
        bytes32 id = escrowIdOf(t);
        if (msg.sender != t.host) {
            _checkRole(OPERATOR_ROLE);
            Status status = _escrows[id].status;
            require(status != Status.Disputed, WrongStatus(status));
            require(block.timestamp < t.checkOut, TooLate(t.checkOut));
        }
        // Effects
        _refundAll(id, t);
    }

    /// @notice Guest or operator stop the release; from then on the arbiter decides. Not once it may be released.
    function dispute(Terms calldata t) external {
        // Checks
        if (msg.sender != t.guest) _checkRole(OPERATOR_ROLE);
        require(block.timestamp < t.releaseAt, TooLate(t.releaseAt));
        // Effects
        bytes32 id = escrowIdOf(t);
        _freeze(id);
        emit Disputed(id, t.bookingId, msg.sender);
    }

    /// @notice The arbiter splits a disputed escrow, in minor units. What he gives nobody is the platform's, at most
    ///         what it would have got without the dispute.
    function rule(Terms calldata t, uint64 toGuestMinor, uint64 toHostMinor) external onlyRole(ARBITER_ROLE) {
        // Checks
        bytes32 id = escrowIdOf(t);
        Status status = _escrows[id].status;
        require(status == Status.Disputed, WrongStatus(status));
        (uint96 toGuest, uint96 toHost) = (_wei(t, toGuestMinor), _wei(t, toHostMinor));
        // Effects
        uint96 fee = _settle(id, t.guest, toGuest, t.host, toHost, treasury);
        emit Ruled(id, t.bookingId, msg.sender, toGuest, toHost, fee);
    }

    // ---- payees

    /// @notice Sends the caller what he is owed, to an address of his choice.
    function withdraw(address to) external nonReentrant {
        require(to != address(0), BadParties());
        _pay(msg.sender, to);
    }

    /// @notice Sends a payee what he is owed, to himself. Anybody may call: the platform pays the gas for its hosts.
    function withdrawFor(address payee) external nonReentrant {
        _pay(payee, payee);
    }

    // ---- pause

    /// @notice Stops new deposits. Settling and withdrawing can't be stopped.
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    // ---- views

    /// @notice keccak256(abi.encode(chain id, this contract, terms)): nobody can take a booking's id with other terms.
    function escrowIdOf(Terms calldata t) public view returns (bytes32) {
        return keccak256(abi.encode(_chainId, address(this), t));
    }

    function escrow(bytes32 id) external view returns (Escrow memory) {
        return _escrows[id];
    }

    /// @notice What guest and host get in minor units when the guest cancels at a time: the same as a refund to a card.
    function splitAt(Terms calldata t, uint256[] calldata tiers, uint256 fundedAt, uint256 time)
        public
        pure
        returns (uint256 toGuestMinor, uint256 toHostMinor)
    {
        if (fundedAt <= t.graceBefore && time <= fundedAt + t.graceSeconds) return (t.totalMinor, 0);
        for (uint256 i; i < tiers.length; ++i) {
            if (time <= tiers[i] >> 192) return (uint96(tiers[i] >> 96), uint96(tiers[i]));
        }
        return (0, t.payoutMinor);
    }

    // ---- internals

    /// @dev A table that is taken can always be carried out: no tier gives more than there is or leaves the platform
    ///      more than the stay would.
    function _checkTiers(Terms calldata t, uint256[] calldata tiers) private pure {
        require(keccak256(abi.encodePacked(tiers)) == t.refundsHash, BadTiers(tiers.length));
        uint256 before;
        for (uint256 i; i < tiers.length; ++i) {
            uint256 until = tiers[i] >> 192;
            uint256 paid = uint256(uint96(tiers[i] >> 96)) + uint96(tiers[i]);
            require(until > before && paid >= t.payoutMinor && paid <= t.totalMinor, BadTiers(i));
            before = until;
        }
    }

    /// @dev Exact: both factors are whole. More wei than an escrow can hold revert.
    function _wei(Terms calldata t, uint256 minor) private pure returns (uint96) {
        return SafeCast.toUint96(minor * t.weiPerMinor);
    }

    function _notBefore(uint256 time) private view {
        require(block.timestamp >= time, TooEarly(time));
    }

    function _release(Terms calldata t) private {
        bytes32 id = escrowIdOf(t);
        Escrow memory e = _escrows[id];
        require(e.status != Status.Disputed, WrongStatus(e.status));
        uint96 fee = _settle(id, t.guest, 0, t.host, e.hostShare, treasury);
        emit Released(id, t.bookingId, msg.sender, e.hostShare, fee);
    }

    function _refundAll(bytes32 id, Terms calldata t) private {
        uint96 amount = _escrows[id].amount;
        _settle(id, t.guest, amount, t.host, 0, treasury);
        emit Refunded(id, t.bookingId, msg.sender, amount);
    }

    function _pay(address payee, address to) private {
        // Effects
        uint256 owed = _take(payee);
        emit Withdrawn(payee, to, owed);
        // Interactions: what the payee answers is not copied, so it can't be made to cost.
        require(LowLevelCall.callNoReturn(to, owed, ""), PayeeRefused());
    }
}
