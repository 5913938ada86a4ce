// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @title  Proof: a part given back is credited to the guest and missing in the escrow, and the platform's part didn't grow
contract GivingBack is EscrowLedger {
    function giveBack(bytes32 id, address guest, uint96 toGuest, uint96 toHost) external {
        Status status = _escrows[id].status;
        uint256 amount = _escrows[id].amount;
        uint256 hostShare = _escrows[id].hostShare;
        uint256 credit = credits[guest];
        uint256 escrowed = totalEscrowed;
        uint256 credited = totalCredits;
        _giveBack(id, guest, toGuest, toHost);
        assert(status == Status.Funded && _escrows[id].status > status);
        assert(_escrows[id].amount + uint256(toGuest) == amount);
        assert(_escrows[id].hostShare <= _escrows[id].amount);
        assert(hostShare > amount || _escrows[id].amount - _escrows[id].hostShare <= amount - hostShare);
        assert(credits[guest] == credit + toGuest);
        assert(totalEscrowed + toGuest == escrowed && totalCredits == credited + toGuest);
    }
}
