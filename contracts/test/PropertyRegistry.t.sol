// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {PropertyRegistry} from "../src/PropertyRegistry.sol";
import {Test} from "./Vm.sol";

/// record and property: every refusal first.
contract PropertyRegistryTest is Test {
    event PropertyRecorded(
        bytes32 indexed propertyId, address indexed owner, uint32 version, bytes32 contentHash, bool listed
    );

    address private constant REGISTRAR = address(0x4E6);
    address private constant OWNER = address(0x4057);
    PropertyRegistry private registry;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new PropertyRegistry(address(0xAD), REGISTRAR);
    }

    function _record(bytes32 id, address owner, bytes32 hash, uint32 version) private {
        vm.prank(REGISTRAR);
        registry.record(id, owner, hash, true, version);
    }

    function test_RevertWhen_NotTheRegistrar() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), registry.REGISTRAR_ROLE()));
        registry.record("home", OWNER, "hash", true, 1);
    }

    function test_RevertWhen_IdIsZero() public {
        vm.expectRevert(PropertyRegistry.BadProperty.selector);
        _record(0, OWNER, "hash", 1);
    }

    function test_RevertWhen_OwnerIsNobody() public {
        vm.expectRevert(PropertyRegistry.BadProperty.selector);
        _record("home", address(0), "hash", 1);
    }

    function test_RevertWhen_HashIsZero() public {
        vm.expectRevert(PropertyRegistry.BadProperty.selector);
        _record("home", OWNER, 0, 1);
    }

    function test_RevertWhen_TheFirstVersionIsNotOne() public {
        vm.expectRevert(abi.encodeWithSelector(PropertyRegistry.StaleVersion.selector, 0));
        _record("home", OWNER, "hash", 2);
    }

    function test_RevertWhen_AnOldTransactionComesAgain() public {
        _record("home", OWNER, "hash", 1);
        _record("home", OWNER, "newer", 2);
        vm.expectRevert(abi.encodeWithSelector(PropertyRegistry.StaleVersion.selector, 2));
        _record("home", OWNER, "hash", 1);
    }

    function test_Record() public {
        vm.expectEmit(true, true, true, true, address(registry));
        emit PropertyRecorded("home", OWNER, 1, "hash", true);
        _record("home", OWNER, "hash", 1);
        PropertyRegistry.Property memory p = registry.property("home");
        vm.assertEq(p.owner, OWNER);
        vm.assertEq(p.updatedAt, block.timestamp);
        vm.assertEq(p.version, 1);
        vm.assertTrue(p.listed);
        vm.assertEq(p.contentHash, "hash");
        vm.assertEq(registry.count(), 1);
    }

    function test_ANewVersionTakesThePlaceOfTheOld() public {
        _record("home", OWNER, "hash", 1);
        vm.prank(REGISTRAR);
        registry.record("home", address(0x99), "newer", false, 2);
        PropertyRegistry.Property memory p = registry.property("home");
        vm.assertEq(p.owner, address(0x99));
        vm.assertFalse(p.listed);
        vm.assertEq(p.version, 2);
        vm.assertEq(registry.count(), 1);
    }

    function testFuzz_OnlyTheNextVersionIsTaken(uint8 recorded, uint32 version) public {
        uint32 current = recorded % 8;
        for (uint32 i = 1; i <= current; ++i) _record("home", OWNER, "hash", i);
        if (version != current + 1) vm.expectRevert(abi.encodeWithSelector(PropertyRegistry.StaleVersion.selector, current));
        _record("home", OWNER, "hash", version);
    }
}
