// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {IRegistryEvents} from "../../contracts/interfaces/IRegistryEvents.sol";
import {
    CAUSE_REPLACED,
    CAUSE_SUSPENDED,
    CAUSE_WITHDRAWN,
    Issuer,
    Span
} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";

contract AccreditationTest is RegistryTest, IRegistryErrors, IRegistryEvents {
    function accreditAs(address sender, uint40 until) internal returns (uint16) {
        vm.prank(sender);
        return registry.accredit(issuer, until, DID, NAME, FRAMEWORK);
    }

    function reinstateAs(address sender, uint40 until) internal returns (uint16) {
        vm.prank(sender);
        return registry.reinstateAccreditation(issuer, until, DID, NAME, FRAMEWORK);
    }

    function suspend() internal {
        vm.prank(accreditor);
        registry.suspendAccreditation(issuer);
    }

    function copyFits() internal view {
        Issuer memory holder = registry.issuerOf(issuer);
        Span memory newest = registry.spanOf(issuer, holder.spanCount);
        equal("copy of from", holder.spanFrom, newest.from);
        equal("copy of until", holder.spanUntil, newest.until);
        equal("copy of cause", holder.spanCause, newest.cause);
    }

    function testAccreditKeepsHashesAndEmitsTexts() public {
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit Accredited(stranger, 1, accreditor, time, SPAN_END, time, DID, NAME, FRAMEWORK);
        vm.prank(accreditor);
        registry.accredit(stranger, SPAN_END, DID, NAME, FRAMEWORK);

        Span memory span = registry.spanOf(stranger, 1);
        equal("accreditor", span.accreditor, accreditor);
        equal("from", span.from, time);
        equal("until", span.until, SPAN_END);
        equal("cause", span.cause, 0);
        equal("did", span.didHash, keccak256(bytes(DID)));
        equal("name", span.nameHash, keccak256(bytes(NAME)));
        equal("framework", span.frameworkHash, keccak256(bytes(FRAMEWORK)));
    }

    function testAccreditFuzzByAnybodyElseIsRefused(address sender) public {
        vm.assume(sender != accreditor && sender != otherAccreditor);
        vm.expectRevert(abi.encodeWithSelector(NotAccreditor.selector, sender));
        accreditAs(sender, SPAN_END);
    }

    function testAccreditReplacesOnesOwnSpan() public {
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit AccreditationEnded(issuer, 1, accreditor, time, CAUSE_REPLACED, time);
        vm.expectEmit(address(registry));
        emit Accredited(issuer, 2, accreditor, time, SPAN_END + 1, time, DID, NAME, FRAMEWORK);
        equal("number", accreditAs(accreditor, SPAN_END + 1), 2);
        equal("old end", registry.spanOf(issuer, 1).until, time);
        equal("old cause", registry.spanOf(issuer, 1).cause, CAUSE_REPLACED);
        copyFits();
        (,,, uint32 acts) = registry.headsOf(issuer);
        equal("acts", acts, 4);
    }

    function testAccreditDoesNotPushAnotherAccreditorAside() public {
        vm.expectRevert(abi.encodeWithSelector(SpanInForce.selector, issuer, 1, accreditor));
        accreditAs(otherAccreditor, SPAN_END);
        vm.warp(SPAN_END);
        equal("number", accreditAs(otherAccreditor, SPAN_END + 1 days), 2);
        equal("old cause", registry.spanOf(issuer, 1).cause, 0);
    }

    function testAccreditRefusesWhatMakesNoSense() public {
        uint40 time = uint40(block.timestamp);
        string memory long = string(new bytes(1025));
        vm.startPrank(accreditor);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        registry.accredit(address(0), SPAN_END, DID, NAME, FRAMEWORK);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, time, time + 1, type(uint40).max));
        registry.accredit(stranger, time, DID, NAME, FRAMEWORK);
        vm.expectRevert(abi.encodeWithSelector(TextTooLong.selector, 1025, 1024));
        registry.accredit(stranger, SPAN_END, long, NAME, FRAMEWORK);
        vm.expectRevert(abi.encodeWithSelector(TextTooLong.selector, 1025, 1024));
        registry.accredit(stranger, SPAN_END, DID, long, FRAMEWORK);
        vm.expectRevert(abi.encodeWithSelector(TextTooLong.selector, 1025, 1024));
        registry.accredit(stranger, SPAN_END, DID, NAME, long);
        vm.stopPrank();
    }

    function testAccreditStopsAtTheLastNumber() public {
        bytes32 slot = keccak256(abi.encode(stranger, 7));
        vm.store(address(registry), slot, bytes32(uint256(0xffff)));
        vm.expectRevert(abi.encodeWithSelector(NumbersExhausted.selector, stranger));
        vm.prank(accreditor);
        registry.accredit(stranger, SPAN_END, DID, NAME, FRAMEWORK);
    }

    // ------------------------------------------------------------------ suspend

    function testSuspendAccreditationEndsTheSpanNow() public {
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit AccreditationEnded(issuer, 1, accreditor, time, CAUSE_SUSPENDED, time);
        suspend();
        equal("until", registry.spanOf(issuer, 1).until, time);
        equal("kept end", registry.issuerOf(issuer).suspendedUntil, SPAN_END);
        copyFits();
        anchorRoot();
        equal("span of a later anchor", registry.anchorOf(issuer, ROOT).span, 0);
    }

    function testSuspendAccreditationByTheAdmin() public {
        vm.prank(admin);
        registry.suspendAccreditation(issuer);
        equal("cause", registry.spanOf(issuer, 1).cause, CAUSE_SUSPENDED);
    }

    function testSuspendAccreditationFuzzByAnybodyElseIsRefused(address sender) public {
        vm.assume(sender != accreditor && sender != admin);
        vm.expectRevert(abi.encodeWithSelector(NotSpanAccreditor.selector, issuer, 1, sender));
        vm.prank(sender);
        registry.suspendAccreditation(issuer);
    }

    function testSuspendAccreditationByAnAccreditorStruckOffIsRefused() public {
        vm.prank(admin);
        registry.removeAccreditor(accreditor);
        vm.expectRevert(abi.encodeWithSelector(NotSpanAccreditor.selector, issuer, 1, accreditor));
        suspend();
    }

    function testSuspendAccreditationTwiceIsRefused() public {
        suspend();
        vm.expectRevert(abi.encodeWithSelector(NoSpanInForce.selector, issuer));
        suspend();
    }

    // ------------------------------------------------------------------ withdraw

    function testWithdrawAccreditationMayBeBackDated() public {
        uint40 time = uint40(block.timestamp);
        uint40 until = START + 60;
        vm.expectEmit(address(registry));
        emit AccreditationEnded(issuer, 1, accreditor, until, CAUSE_WITHDRAWN, time);
        vm.prank(accreditor);
        registry.withdrawAccreditation(issuer, 1, until);
        equal("until", registry.spanOf(issuer, 1).until, until);
        copyFits();
    }

    function testWithdrawAccreditationFuzzMovesTheEndEarlierOnly(uint40 until) public {
        bool allowed = until >= START && until < SPAN_END;
        if (!allowed) {
            vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, until, START, SPAN_END - 1));
        }
        vm.prank(accreditor);
        registry.withdrawAccreditation(issuer, 1, until);
        equal("until", registry.spanOf(issuer, 1).until, allowed ? until : SPAN_END);
        copyFits();
    }

    function testWithdrawAccreditationOfAnOlderSpanLeavesTheNewestAlone() public {
        accreditAs(accreditor, SPAN_END);
        vm.prank(accreditor);
        registry.withdrawAccreditation(issuer, 1, START + 1);
        equal("old", registry.spanOf(issuer, 1).until, START + 1);
        equal("newest", registry.issuerOf(issuer).spanUntil, SPAN_END);
        copyFits();
    }

    function testWithdrawAccreditationMakesASuspensionFinal() public {
        suspend();
        uint40 time = uint40(block.timestamp);
        vm.prank(accreditor);
        registry.withdrawAccreditation(issuer, 1, time);
        vm.expectRevert(abi.encodeWithSelector(NotSuspended.selector, issuer, 1));
        reinstateAs(accreditor, SPAN_END);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, time, START, time - 1));
        vm.prank(accreditor);
        registry.withdrawAccreditation(issuer, 1, time);
    }

    function testWithdrawAccreditationOfAnEmptySpanIsRefused() public {
        vm.startPrank(accreditor);
        registry.withdrawAccreditation(issuer, 1, START);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, START, START, START - 1));
        registry.withdrawAccreditation(issuer, 1, START);
        vm.stopPrank();
    }

    function testWithdrawAccreditationByAnotherAccreditorIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(NotSpanAccreditor.selector, issuer, 1, otherAccreditor));
        vm.prank(otherAccreditor);
        registry.withdrawAccreditation(issuer, 1, START);
    }

    function testWithdrawAccreditationByTheAdmin() public {
        vm.prank(admin);
        registry.withdrawAccreditation(issuer, 1, START);
    }

    function testWithdrawAccreditationOfNoSpanIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(SpanUnknown.selector, issuer, 2));
        vm.prank(admin);
        registry.withdrawAccreditation(issuer, 2, START);
    }

    // ------------------------------------------------------------------ reinstate

    function testReinstateAccreditationOpensANewSpan() public {
        suspend();
        vm.warp(block.timestamp + 1 days);
        uint40 time = uint40(block.timestamp);
        vm.expectEmit(address(registry));
        emit Accredited(issuer, 2, accreditor, time, SPAN_END + 9, time, DID, NAME, FRAMEWORK);
        equal("number", reinstateAs(accreditor, SPAN_END + 9), 2);
        equal("old end stays", registry.spanOf(issuer, 1).until, time - 1 days);
        equal("from", registry.spanOf(issuer, 2).from, time);
        equal("no longer suspended", registry.issuerOf(issuer).suspendedUntil, 0);
        copyFits();
    }

    function testReinstateAccreditationByTheAdminGoesNoFurtherThanTheAccreditorDid() public {
        suspend();
        uint40 time = uint40(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, SPAN_END + 1, time + 1, SPAN_END));
        reinstateAs(admin, SPAN_END + 1);
        reinstateAs(admin, SPAN_END);
        equal("accreditor", registry.spanOf(issuer, 2).accreditor, accreditor);
    }

    function testReinstateAccreditationOfAnAccreditorStruckOffIsRefused() public {
        suspend();
        vm.prank(admin);
        registry.removeAccreditor(accreditor);
        vm.expectRevert(abi.encodeWithSelector(NotAccreditor.selector, accreditor));
        reinstateAs(admin, SPAN_END);
    }

    function testReinstateAccreditationByAnotherAccreditorIsRefused() public {
        suspend();
        vm.expectRevert(abi.encodeWithSelector(NotSpanAccreditor.selector, issuer, 1, otherAccreditor));
        reinstateAs(otherAccreditor, SPAN_END);
    }

    function testReinstateAccreditationNeedsASuspension() public {
        vm.expectRevert(abi.encodeWithSelector(NotSuspended.selector, issuer, 1));
        reinstateAs(accreditor, SPAN_END);
        vm.expectRevert(abi.encodeWithSelector(NotSuspended.selector, stranger, 0));
        vm.prank(admin);
        registry.reinstateAccreditation(stranger, SPAN_END, DID, NAME, FRAMEWORK);
    }

    function testReinstateAccreditationMustRepeatTheTexts() public {
        suspend();
        vm.startPrank(accreditor);
        vm.expectRevert(abi.encodeWithSelector(TextsDiffer.selector, issuer, 1));
        registry.reinstateAccreditation(issuer, SPAN_END, "did:web:other.example", NAME, FRAMEWORK);
        vm.expectRevert(abi.encodeWithSelector(TextsDiffer.selector, issuer, 1));
        registry.reinstateAccreditation(issuer, SPAN_END, DID, "Another", FRAMEWORK);
        vm.expectRevert(abi.encodeWithSelector(TextsDiffer.selector, issuer, 1));
        registry.reinstateAccreditation(issuer, SPAN_END, DID, NAME, "other");
        vm.stopPrank();
    }

    function testReinstateAccreditationIntoThePastIsRefused() public {
        suspend();
        uint40 time = uint40(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(TimeOutOfRange.selector, time, time + 1, type(uint40).max));
        reinstateAs(accreditor, time);
    }

    // ct-paused
    function testAccreditationChangesWhilePaused() public {
        vm.prank(admin);
        registry.pause();
        suspend();
        reinstateAs(accreditor, SPAN_END);
        vm.prank(accreditor);
        registry.withdrawAccreditation(issuer, 2, uint40(block.timestamp));
    }
}
