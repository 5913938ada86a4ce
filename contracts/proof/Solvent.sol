// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowLedger} from "src/EscrowLedger.sol";

/// @title  Proof: the contract always has the ether that its ledger owes
/// @dev    The ledger with its doors wide open: anybody calls anything, in any order, with any argument. A withdrawal is
///         cut in two, so that anything may happen between taking and sending: that is what reentrancy could do.
contract Solvent is EscrowLedger {
    uint256 private onItsWay;

    function open(bytes32 id, uint96 amount, uint96 hostShare, uint48 time) external payable {
        require(msg.value == amount);
        _open(id, amount, hostShare, time);
    }

    function giveBack(bytes32 id, address guest, uint96 toGuest, uint96 toHost) external {
        _giveBack(id, guest, toGuest, toHost);
    }

    function freeze(bytes32 id) external {
        _freeze(id);
    }

    function settle(bytes32 id, address guest, uint96 toGuest, address host, uint96 toHost, address platform) external {
        _settle(id, guest, toGuest, host, toHost, platform);
    }

    function take(address payee) external {
        onItsWay += _take(payee);
    }

    function send(address payable to, uint256 amount) external {
        onItsWay -= amount;
        to.transfer(amount);
    }

    function solvent() external view {
        assert(address(this).balance >= totalEscrowed + totalCredits + onItsWay);
    }
}
