// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @title  Proof: an escrow is opened once, with what was paid; freezing moves no money and goes forward
contract Opening is EscrowLedger {
    function open(bytes32 id, uint96 amount, uint96 hostShare, uint48 time) external {
        Status status = _escrows[id].status;
        uint256 escrowed = totalEscrowed;
        uint256 credited = totalCredits;
        _open(id, amount, hostShare, time);
        assert(status == Status.None && _escrows[id].status == Status.Funded);
        assert(_escrows[id].amount == amount && _escrows[id].hostShare == hostShare && hostShare <= amount);
        assert(totalEscrowed == escrowed + amount && totalCredits == credited);
    }

    function freeze(bytes32 id) external {
        Status status = _escrows[id].status;
        uint256 amount = _escrows[id].amount;
        _freeze(id);
        assert(_escrows[id].status == Status.Disputed && status < Status.Disputed && status != Status.None);
        assert(_escrows[id].amount == amount);
    }
}
