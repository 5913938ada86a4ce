// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @title  Proof: no step touches another escrow, and a credit shrinks by its own payee's withdrawal only
contract Apart is EscrowLedger {
    function settle(bytes32 id, address guest, uint96 toGuest, address host, uint96 toHost, address platform, bytes32 other, address payee) external {
        require(other != id);
        (uint96 amount, Status status, uint256 credit) = (_escrows[other].amount, _escrows[other].status, credits[payee]);
        _settle(id, guest, toGuest, host, toHost, platform);
        assert(_escrows[other].amount == amount && _escrows[other].status == status);
        assert(credits[payee] >= credit);
    }

    function giveBack(bytes32 id, address guest, uint96 toGuest, uint96 toHost, bytes32 other, address payee) external {
        require(other != id);
        (uint96 amount, Status status, uint256 credit) = (_escrows[other].amount, _escrows[other].status, credits[payee]);
        _giveBack(id, guest, toGuest, toHost);
        assert(_escrows[other].amount == amount && _escrows[other].status == status);
        assert(credits[payee] >= credit);
    }

    function take(address payee, address other) external {
        (uint256 credit, uint256 rest, uint256 total) = (credits[payee], credits[other], totalCredits);
        uint256 owed = _take(payee);
        assert(owed == credit && credits[payee] == 0 && totalCredits == total - owed);
        assert(other == payee || credits[other] == rest);
    }
}
