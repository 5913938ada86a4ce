// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlDefaultAdminRules} from
    "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";

/// @title  A public list of properties that shows every change: an opaque id, the owner's wallet, a hash of the listing
/// @notice Whoever is shown a listing and its salt can check that it is the one that was recorded, and since when.
/// @dev    contentHash = keccak256(canonical JSON || 32 secret random bytes). No personal data goes on chain, and the
///         hash means nothing any more once the salt is deleted. Holds no ether and calls nobody.
contract PropertyRegistry is AccessControlDefaultAdminRules {
    /// @notice Records listings; the platform's key.
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    /// @notice A change of the admin takes two steps with this time between them.
    uint48 public constant ADMIN_DELAY = 2 days;

    struct Property {
        address owner;
        /// Block time of the last change, in Unix seconds.
        uint48 updatedAt;
        /// One more with every change; 0: never recorded.
        uint32 version;
        bool listed;
        bytes32 contentHash;
    }

    mapping(bytes32 propertyId => Property) private _properties;

    /// @notice How many properties were ever recorded.
    uint256 public count;

    event PropertyRecorded(
        bytes32 indexed propertyId, address indexed owner, uint32 version, bytes32 contentHash, bool listed
    );

    /// @notice Id, owner or hash is zero.
    error BadProperty();
    /// @notice The version is not the one after this.
    error StaleVersion(uint32 current);

    constructor(address admin, address registrar) AccessControlDefaultAdminRules(ADMIN_DELAY, admin) {
        _grantRole(REGISTRAR_ROLE, registrar);
    }

    /// @notice Records a property, or its next version.
    /// @param  version the current version + 1: a transaction sent again or too late can't undo a newer one
    function record(bytes32 propertyId, address owner_, bytes32 contentHash, bool listed, uint32 version)
        external
        onlyRole(REGISTRAR_ROLE)
    {
        // Checks
        require(propertyId != 0 && owner_ != address(0) && contentHash != 0, BadProperty());
        uint32 current = _properties[propertyId].version;
        require(version == current + 1, StaleVersion(current));
        // Effects
        if (current == 0) ++count;
        _properties[propertyId] = Property(owner_, uint48(block.timestamp), version, listed, contentHash);
        emit PropertyRecorded(propertyId, owner_, version, contentHash, listed);
    }

    /// @notice What is recorded; all zero when nothing is.
    function property(bytes32 propertyId) external view returns (Property memory) {
        return _properties[propertyId];
    }
}
