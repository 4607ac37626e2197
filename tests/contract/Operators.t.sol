// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {IRegistryEvents} from "../../contracts/interfaces/IRegistryEvents.sol";
import {Operator, ROLE_ANCHOR} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";

contract OperatorsTest is RegistryTest, IRegistryErrors, IRegistryEvents {
    function entry(uint16 number) internal view returns (Operator memory found) {
        (, found) = registry.operatorOf(issuer, number);
    }

    function refused(address sender) internal {
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, sender, ROLE_ANCHOR));
        vm.prank(sender);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
    }

    function testAddOperatorNumbersFromOne() public {
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit OperatorAdded(issuer, 2, stranger, 3, time, time + 5, time);
        vm.prank(issuer);
        equal("number", registry.addOperator(stranger, 3, time + 5), 2);

        (address found, Operator memory o) = registry.operatorOf(issuer, 2);
        equal("address", found, stranger);
        equal("from", o.from, time);
        equal("to", o.to, time + 5);
        equal("roles", o.roles, 3);
        equal("number by address", registry.operatorNumberOf(issuer, stranger), 2);
        equal("count", registry.issuerOf(issuer).operatorCount, 2);
    }

    function testAddOperatorEndsBeforeTo() public {
        vm.prank(issuer);
        registry.addOperator(stranger, 3, uint40(block.timestamp) + 5);
        vm.warp(block.timestamp + 5);
        refused(stranger);
    }

    function testAddOperatorTwiceIsRefusedEvenAfterItsRemoval() public {
        vm.startPrank(issuer);
        registry.removeOperator(operator);
        vm.expectRevert(abi.encodeWithSelector(OperatorKnown.selector, issuer, operator, 1));
        registry.addOperator(operator, 3, OPERATOR_END);
        vm.stopPrank();
    }

    function testAddOperatorOfOneIssuerIsNoneOfAnother() public {
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, stranger, operator, ROLE_ANCHOR));
        vm.prank(operator);
        registry.anchor(stranger, ROOT, SIZE, 0, LIST);
    }

    function testAddOperatorRefusesWhatMakesNoSense() public {
        uint40 time = uint40(block.timestamp);
        vm.startPrank(issuer);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        registry.addOperator(address(0), 3, OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(OperatorIsIssuer.selector, issuer));
        registry.addOperator(issuer, 3, OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(UnknownRoles.selector, 0));
        registry.addOperator(stranger, 0, OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(UnknownRoles.selector, 4));
        registry.addOperator(stranger, 4, OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, time, time + 1, type(uint40).max));
        registry.addOperator(stranger, 3, time);
        vm.stopPrank();
    }

    function testAddOperatorStopsAtTheLastNumber() public {
        // The counter is the second field of the issuer's slot.
        bytes32 slot = keccak256(abi.encode(issuer, 7));
        vm.store(address(registry), slot, vm.load(address(registry), slot) | bytes32(uint256(0xffff) << 16));
        vm.expectRevert(abi.encodeWithSelector(NumbersExhausted.selector, issuer));
        vm.prank(issuer);
        registry.addOperator(stranger, 3, OPERATOR_END);
    }

    function testRemoveOperatorEndsTheRolesNow() public {
        anchorRoot();
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit OperatorRemoved(issuer, 1, time, time);
        vm.prank(issuer);
        registry.removeOperator(operator);
        equal("to", entry(1).to, time);
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, operator, ROLE_ANCHOR));
        vm.prank(operator);
        registry.anchor(issuer, keccak256("next"), SIZE, 0, LIST);
    }

    function testRemoveOperatorWhoseRolesEndedIsRefused() public {
        vm.warp(OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(OperatorEnded.selector, issuer, operator));
        vm.prank(issuer);
        registry.removeOperator(operator);
    }

    function testRemoveOperatorWhoIsNoneIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(OperatorUnknown.selector, stranger, operator));
        vm.prank(stranger);
        registry.removeOperator(operator);
    }

    function testDisavowEndsTheRolesAtOnce() public {
        uint40 from = START + 10 minutes;
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit OperatorDisavowed(issuer, 1, from, time);
        vm.prank(issuer);
        registry.disavow(operator, from);
        equal("from", entry(1).disavowedFrom, from);
        equal("at", entry(1).disavowedAt, time);
        equal("to stays", entry(1).to, OPERATOR_END);
        equal("counted", registry.issuerOf(issuer).disavowedCount, 1);
        refused(operator);
    }

    function testDisavowMovesEarlierOnly() public {
        uint40 time = uint40(block.timestamp);
        vm.startPrank(issuer);
        registry.disavow(operator, time - 10);
        vm.warp(time + 100);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, time - 10, 1, time - 11));
        registry.disavow(operator, time - 10);
        registry.disavow(operator, time - 11);
        vm.stopPrank();
        equal("from", entry(1).disavowedFrom, time - 11);
        equal("first said", entry(1).disavowedAt, time);
        equal("counted once", registry.issuerOf(issuer).disavowedCount, 1);
    }

    function testDisavowRefusesTheFutureAndZero() public {
        uint40 time = uint40(block.timestamp);
        vm.startPrank(issuer);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, time + 1, 1, time));
        registry.disavow(operator, time + 1);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, 0, 1, time));
        registry.disavow(operator, 0);
        registry.disavow(operator, time);
        vm.stopPrank();
    }

    function testDisavowReachesARemovedOperator() public {
        vm.startPrank(issuer);
        registry.removeOperator(operator);
        registry.disavow(operator, START);
        vm.expectRevert(abi.encodeWithSelector(OperatorEnded.selector, issuer, operator));
        registry.removeOperator(operator);
        vm.stopPrank();
    }

    function testDisavowOfSomebodyElsesOperatorIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(OperatorUnknown.selector, stranger, operator));
        vm.prank(stranger);
        registry.disavow(operator, START);
    }

    // ct-paused
    function testOperatorsChangeWhilePaused() public {
        vm.prank(admin);
        registry.pause();
        vm.startPrank(issuer);
        registry.addOperator(stranger, 3, OPERATOR_END);
        registry.removeOperator(stranger);
        registry.disavow(operator, START);
        vm.stopPrank();
    }
}
