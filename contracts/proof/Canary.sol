// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @title  Not true, so that it shows that the proofs are of something: a run that "proves" this proves nothing
contract Canary is EscrowLedger {
    function settle(bytes32 id, address guest, uint96 toGuest, address host, uint96 toHost, address platform) external {
        uint256 fee = _settle(id, guest, toGuest, host, toHost, platform);
        assert(fee == 0);
    }

    function giveBack(bytes32 id, address guest, uint96 toGuest, uint96 toHost) external {
        _giveBack(id, guest, toGuest, toHost);
        assert(toGuest == 0);
    }

    function take(address payee) external {
        assert(_take(payee) == 1);
    }
}
