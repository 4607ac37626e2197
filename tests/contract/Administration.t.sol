// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../contracts/interfaces/ICredentialRegistry.sol";
import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {IRegistryEvents} from "../../contracts/interfaces/IRegistryEvents.sol";
import {RegistryTest} from "./support/RegistryTest.sol";

contract AdministrationTest is RegistryTest, IRegistryErrors, IRegistryEvents {
    address internal next = address(0xBEEF);

    function propose() internal {
        vm.prank(admin);
        registry.proposeAdmin(next);
    }

    function testConstructorSaysWhoIsAdmin() public {
        vm.recordLogs();
        ICredentialRegistry fresh = deploy(next, 5);
        (uint224 head, uint32 count) = fresh.registryHead();
        equal("count", count, 1);
        check("head", head != 0);
        equal("admin", fresh.admin(), next);
        equal("delay", fresh.adminDelay(), 5);
        bytes32 first = keccak256(abi.encode("attestree.registry", block.chainid, address(fresh))) >> 32;
        bytes32 body = keccak256(abi.encode(address(0), next, block.timestamp));
        equal("fold", uint256(head), uint256(keccak256(abi.encode(first, AdminChanged.selector, body))) >> 32);
    }

    function testConstructorRefusesWhatWouldLockTheRole() public {
        try this.deployFrom(address(0), 5) {
            check("refused", false);
        } catch {}
        try this.deployFrom(next, 30 days + 1) {
            check("refused", false);
        } catch {}
        this.deployFrom(next, 30 days);
        this.deployFrom(next, 0);
    }

    function deployFrom(address admin_, uint40 delay) external {
        deploy(admin_, delay);
    }

    // ------------------------------------------------------------------ admin

    function testAcceptAdminMovesTheRoleAfterTheDelay() public {
        uint40 effective = uint40(block.timestamp) + DELAY;
        vm.expectEmit(address(registry));
        emit AdminProposed(next, effective, uint40(block.timestamp));
        propose();
        (address pending, uint40 from) = registry.pendingAdmin();
        equal("pending", pending, next);
        equal("from", from, effective);

        vm.warp(effective);
        vm.expectEmit(address(registry));
        emit AdminChanged(admin, next, effective);
        vm.prank(next);
        registry.acceptAdmin();
        equal("admin", registry.admin(), next);
        (pending, from) = registry.pendingAdmin();
        equal("none pending", pending, address(0));
        equal("none effective", from, 0);

        vm.expectRevert(abi.encodeWithSelector(NotAdmin.selector, admin));
        vm.prank(admin);
        registry.pause();
    }

    function testAcceptAdminBeforeTheDelayIsRefused() public {
        propose();
        uint40 effective = uint40(block.timestamp) + DELAY;
        vm.warp(effective - 1);
        vm.expectRevert(abi.encodeWithSelector(AdminDelayRunning.selector, effective));
        vm.prank(next);
        registry.acceptAdmin();
    }

    // ct-admin-one-step
    function testProposeAdminAloneMovesNothing() public {
        propose();
        vm.warp(block.timestamp + 365 days);
        equal("admin", registry.admin(), admin);
        vm.prank(admin);
        registry.pause();
    }

    function testProposeAdminAgainStartsTheDelayAgain() public {
        propose();
        vm.warp(block.timestamp + DELAY - 1);
        vm.prank(admin);
        registry.proposeAdmin(stranger);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(NotPendingAdmin.selector, next));
        vm.prank(next);
        registry.acceptAdmin();
        vm.expectRevert(
            abi.encodeWithSelector(AdminDelayRunning.selector, uint40(block.timestamp) - 1 + DELAY)
        );
        vm.prank(stranger);
        registry.acceptAdmin();
    }

    // ct-renounce-last-admin
    function testProposeAdminZeroIsRefusedSoTheRoleCannotBeLost() public {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vm.prank(admin);
        registry.proposeAdmin(address(0));
        vm.expectRevert(abi.encodeWithSelector(NotPendingAdmin.selector, address(0)));
        vm.prank(address(0));
        registry.acceptAdmin();
    }

    // ct-renounce-last-admin
    function testAcceptAdminWithoutAProposalIsRefusedForEverybody() public {
        address[3] memory senders = [admin, stranger, address(0)];
        for (uint256 i = 0; i < senders.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(NotPendingAdmin.selector, senders[i]));
            vm.prank(senders[i]);
            registry.acceptAdmin();
        }
        equal("admin", registry.admin(), admin);
    }

    // ct-admin-one-step
    function testTheProposedAdminHasNoPowerBeforeItAccepts() public {
        propose();
        vm.warp(block.timestamp + DELAY);
        vm.startPrank(next);
        vm.expectRevert(abi.encodeWithSelector(NotAdmin.selector, next));
        registry.pause();
        vm.expectRevert(abi.encodeWithSelector(NotAdmin.selector, next));
        registry.proposeAdmin(stranger);
        vm.expectRevert(abi.encodeWithSelector(NotSpanAccreditor.selector, issuer, 1, next));
        registry.suspendAccreditation(issuer);
        vm.stopPrank();
    }

    function testAnAdminThatProposesItselfStaysTheAdmin() public {
        vm.prank(admin);
        registry.proposeAdmin(admin);
        vm.warp(START + 1 hours + DELAY);
        vm.startPrank(admin);
        registry.acceptAdmin();
        registry.pause();
        vm.stopPrank();
        equal("admin", registry.admin(), admin);
    }

    function testAcceptAdminTwiceIsRefused() public {
        propose();
        vm.warp(START + 1 hours + DELAY);
        vm.startPrank(next);
        registry.acceptAdmin();
        vm.expectRevert(abi.encodeWithSelector(NotPendingAdmin.selector, next));
        registry.acceptAdmin();
        vm.stopPrank();
    }

    function testCancelAdminProposalTakesItBack() public {
        propose();
        vm.expectEmit(address(registry));
        emit AdminProposalCancelled(uint40(block.timestamp));
        vm.prank(admin);
        registry.cancelAdminProposal();
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(NotPendingAdmin.selector, next));
        vm.prank(next);
        registry.acceptAdmin();
    }

    function testCancelAdminProposalOfNoneIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(NoAdminProposal.selector));
        vm.prank(admin);
        registry.cancelAdminProposal();
    }

    function testAdministrationFuzzByAnybodyElseIsRefused(address sender) public {
        vm.assume(sender != admin);
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(registry.addAccreditor, (stranger));
        calls[1] = abi.encodeCall(registry.removeAccreditor, (accreditor));
        calls[2] = abi.encodeCall(registry.proposeAdmin, (sender));
        calls[3] = abi.encodeCall(registry.cancelAdminProposal, ());
        calls[4] = abi.encodeCall(registry.pause, ());
        calls[5] = abi.encodeCall(registry.unpause, ());
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(sender);
            (bool done, bytes memory answer) = address(registry).call(calls[i]);
            check("refused", !done);
            equal("reason", keccak256(answer), keccak256(abi.encodeWithSelector(NotAdmin.selector, sender)));
        }
    }

    // ------------------------------------------------------------------ accreditors

    function testAddAccreditorAdmits() public {
        vm.expectEmit(address(registry));
        emit AccreditorAdded(stranger, uint40(block.timestamp));
        vm.prank(admin);
        registry.addAccreditor(stranger);
        check("admitted", registry.isAccreditor(stranger));
    }

    function testAddAccreditorRefusesZeroAndTwice() public {
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        registry.addAccreditor(address(0));
        vm.expectRevert(abi.encodeWithSelector(AccreditorKnown.selector, accreditor));
        registry.addAccreditor(accreditor);
        vm.stopPrank();
    }

    function testRemoveAccreditorLeavesItsSpans() public {
        vm.expectEmit(address(registry));
        emit AccreditorRemoved(accreditor, uint40(block.timestamp));
        vm.prank(admin);
        registry.removeAccreditor(accreditor);
        check("struck off", !registry.isAccreditor(accreditor));
        equal("span", registry.spanOf(issuer, 1).until, SPAN_END);
        vm.expectRevert(abi.encodeWithSelector(AccreditorUnknown.selector, accreditor));
        vm.prank(admin);
        registry.removeAccreditor(accreditor);
    }

    // ------------------------------------------------------------------ pause

    function testPauseLapsesAfterSevenDays() public {
        uint40 until = uint40(block.timestamp) + 7 days;
        vm.expectEmit(address(registry));
        emit Paused(until, uint40(block.timestamp));
        vm.prank(admin);
        registry.pause();
        equal("until", registry.pausedUntil(), until);
        vm.expectRevert(abi.encodeWithSelector(AlreadyPaused.selector, until));
        vm.prank(admin);
        registry.pause();
        vm.warp(until);
        vm.prank(admin);
        registry.pause();
    }

    function testPauseStopsAnchorsInItsLastSecondAndNoLonger() public {
        uint40 until = START + 1 hours + 7 days;
        vm.prank(admin);
        registry.pause();
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(AnchoringPaused.selector, until));
        anchorRoot();
        vm.warp(until);
        anchorRoot();
    }

    function testUnpauseAfterThePauseLapsedIsRefused() public {
        vm.startPrank(admin);
        registry.pause();
        vm.warp(START + 1 hours + 7 days);
        vm.expectRevert(abi.encodeWithSelector(NotPaused.selector));
        registry.unpause();
        vm.stopPrank();
    }

    function testUnpauseEndsIt() public {
        vm.startPrank(admin);
        registry.pause();
        vm.expectEmit(address(registry));
        emit Unpaused(uint40(block.timestamp));
        registry.unpause();
        vm.expectRevert(abi.encodeWithSelector(NotPaused.selector));
        registry.unpause();
        vm.stopPrank();
        anchorRoot();
    }
}
