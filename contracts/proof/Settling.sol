// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @title  Proof: settling credits all that an escrow holds, to the wei, once, and leaves it empty for good
contract Settling is EscrowLedger {
    function settle(bytes32 id, address guest, uint96 toGuest, address host, uint96 toHost, address platform) external {
        Status status = _escrows[id].status;
        uint256 amount = _escrows[id].amount;
        uint256 hostShare = _escrows[id].hostShare;
        uint256 escrowed = totalEscrowed;
        uint256 credited = totalCredits;
        uint256 fee = _settle(id, guest, toGuest, host, toHost, platform);
        assert(status != Status.None && status != Status.Settled && _escrows[id].status == Status.Settled);
        assert(_escrows[id].amount == 0);
        assert(fee + toGuest + toHost == amount);
        assert(totalEscrowed + amount == escrowed && totalCredits == credited + amount);
        assert(hostShare > amount || fee <= amount - hostShare);
    }
}
