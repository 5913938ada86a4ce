// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @dev A ledger that anybody can put into any state at all, also into ones that never happen: what is then proved of a
///      step holds from every state, and so for every sequence of steps.
abstract contract AnyState is EscrowLedger {
    function put(bytes32 id, Escrow calldata e, address payee, uint256 credit) external {
        _escrows[id] = e;
        credits[payee] = credit;
    }

    function putTotals(uint256 escrowed, uint256 credited) external {
        totalEscrowed = escrowed;
        totalCredits = credited;
    }
}
