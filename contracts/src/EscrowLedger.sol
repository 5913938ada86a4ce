// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title  The money of the escrow and nothing else
/// @notice Knows amounts and who is owed what. It has no roles, no clock, no terms and makes no external call, so that
///         SMTChecker can prove it whole (proof/).
/// @dev    Always: balance >= totalEscrowed + totalCredits; equal but for ether that was forced in.
///         Amounts are in wei. The status of an escrow only ever goes forward in the order of the enum.
abstract contract EscrowLedger {
    /// @dev Funded, Cancelled and Disputed hold money; a Settled escrow is over for good.
    enum Status {
        None,
        Funded,
        Cancelled,
        Disputed,
        Settled
    }

    /// @dev One storage slot.
    struct Escrow {
        /// What the escrow still holds, in wei.
        uint96 amount;
        /// What of it is the host's when it is released; the rest is the platform's.
        uint96 hostShare;
        /// Block time of the deposit, in Unix seconds.
        uint48 fundedAt;
        Status status;
    }

    mapping(bytes32 escrowId => Escrow) internal _escrows;

    /// @notice What a payee can withdraw, in wei.
    mapping(address payee => uint256) public credits;

    /// @notice Sum of what all escrows hold, in wei.
    uint256 public totalEscrowed;

    /// @notice Sum of all credits, in wei.
    uint256 public totalCredits;

    /// @notice An escrow gave a payee something, to be withdrawn whenever he likes.
    event Credited(address indexed payee, bytes32 indexed escrowId, uint256 amount);

    /// @notice The escrow isn't in a state for this; None: there is no such escrow (other terms make another id).
    error WrongStatus(Status status);
    /// @notice The shares are more than there is, or leave the platform more than the terms say.
    error BadSplit();
    /// @notice Nothing is owed to this payee.
    error NothingOwed();

    /// @dev The caller has received exactly 'amount' wei in this call.
    function _open(bytes32 id, uint96 amount, uint96 hostShare, uint48 time) internal {
        Status status = _escrows[id].status;
        require(status == Status.None, WrongStatus(status));
        require(hostShare <= amount, BadSplit());
        _escrows[id] = Escrow(amount, hostShare, time, Status.Funded);
        totalEscrowed += amount;
    }

    /// @dev Gives the guest his part now; what is left waits for its release, or for a dispute.
    function _giveBack(bytes32 id, address guest, uint96 toGuest, uint96 toHost) internal {
        Status status = _escrows[id].status;
        require(status == Status.Funded, WrongStatus(status));
        uint96 left = _leftFor(id, toGuest, toHost) + toHost;
        _escrows[id].amount = left;
        _escrows[id].hostShare = toHost;
        _escrows[id].status = left == 0 ? Status.Settled : Status.Cancelled;
        totalEscrowed -= toGuest;
        _credit(id, guest, toGuest);
    }

    function _freeze(bytes32 id) internal {
        Status status = _escrows[id].status;
        require(status == Status.Funded || status == Status.Cancelled, WrongStatus(status));
        _escrows[id].status = Status.Disputed;
    }

    /// @dev Splits all that the escrow holds; what neither guest nor host gets is the platform's.
    function _settle(bytes32 id, address guest, uint96 toGuest, address host, uint96 toHost, address platform)
        internal
        returns (uint96 fee)
    {
        Status status = _escrows[id].status;
        require(status != Status.None && status != Status.Settled, WrongStatus(status));
        fee = _leftFor(id, toGuest, toHost);
        totalEscrowed -= _escrows[id].amount;
        _escrows[id].amount = 0;
        _escrows[id].hostShare = 0;
        _escrows[id].status = Status.Settled;
        _credit(id, guest, toGuest);
        _credit(id, host, toHost);
        _credit(id, platform, fee);
    }

    /// @dev The caller sends exactly 'owed' wei out after this.
    function _take(address payee) internal returns (uint256 owed) {
        owed = credits[payee];
        require(owed > 0, NothingOwed());
        credits[payee] = 0;
        totalCredits -= owed;
    }

    /// @dev The platform's part of such a split: it may shrink, but never grow, and the shares are never more than there is.
    function _leftFor(bytes32 id, uint96 toGuest, uint96 toHost) private view returns (uint96) {
        uint96 amount = _escrows[id].amount;
        uint256 paid = uint256(toGuest) + toHost;
        require(paid <= amount && paid >= _escrows[id].hostShare, BadSplit());
        return amount - toGuest - toHost;
    }

    function _credit(bytes32 id, address payee, uint96 amount) private {
        if (amount == 0) return;
        credits[payee] += amount;
        totalCredits += amount;
        emit Credited(payee, id, amount);
    }
}
