// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {IRegistryEvents} from "../../contracts/interfaces/IRegistryEvents.sol";
import {ROLE_ANCHOR, ROLE_STATUS, StatusWord, WHOLE_LIST} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {Vm} from "./support/Vm.sol";

contract StatusTest is RegistryTest, IRegistryErrors, IRegistryEvents {
    function setUp() public override {
        super.setUp();
        anchorRoot();
    }

    function revokedAt(uint256 index) internal view returns (bool revoked) {
        (revoked,) = registry.statusOf(issuer, LIST, index);
    }

    function suspendedAt(uint256 index) internal view returns (bool suspended) {
        (, suspended) = registry.statusOf(issuer, LIST, index);
    }

    function testRevokeSetsTheBitAndSaysSo() public {
        StatusWord[] memory words = oneWord(1, 1 << 4);
        vm.expectEmit(address(registry));
        emit StatusChanged(issuer, ROOT, LIST, 1, 0, true, 2, uint40(block.timestamp), words);
        vm.prank(operator);
        registry.revoke(issuer, ROOT, words, 2);
        check("bit", revokedAt(260));
        check("not before", !revokedAt(259));
        check("not after", !revokedAt(261));
        check("not suspended", !suspendedAt(260));
        equal("word", registry.statusWord(issuer, LIST, 0, 1), 1 << 4);
    }

    function testRevokeFuzzTouchesExactlyTheIndexesNamed(uint16 index, uint256 other) public {
        uint256 i = uint256(index) % SIZE;
        vm.assume(other != i && other >> 8 != WHOLE_LIST);
        vm.prank(operator);
        registry.revoke(issuer, ROOT, oneWord(i >> 8, 1 << (i & 255)), 0);
        check("named", revokedAt(i));
        check("other", !revokedAt(other));
    }

    function testRevokeTakesManyWordsInOneEvent() public {
        StatusWord[] memory words = new StatusWord[](40);
        for (uint256 i = 0; i < 39; ++i) {
            words[i] = StatusWord(i, type(uint256).max);
        }
        words[39] = StatusWord(39, 0xffff);
        vm.recordLogs();
        vm.prank(operator);
        registry.revoke(issuer, ROOT, words, 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        equal("events", logs.length, 1);
        check("first", revokedAt(0));
        check("last", revokedAt(SIZE - 1));
    }

    function testRevokeTwiceAndInOneWordTwiceIsNoError() public {
        StatusWord[] memory words = new StatusWord[](2);
        words[0] = StatusWord(0, 3);
        words[1] = StatusWord(0, 6);
        vm.startPrank(operator);
        registry.revoke(issuer, ROOT, words, 0);
        registry.revoke(issuer, ROOT, words, 0);
        vm.stopPrank();
        equal("word", registry.statusWord(issuer, LIST, 0, 0), 7);
    }

    function testRevokeFuzzRefusesBitsOutsideOfTheBatch(uint32 size, uint256 index) public {
        vm.assume(size != 0);
        index = index % (uint256(size) + 4096);
        bytes32 root = keccak256("sized");
        vm.startPrank(issuer);
        registry.anchor(issuer, root, size, 0, 77);
        bool inside = index < size;
        if (!inside) vm.expectRevert();
        registry.revoke(issuer, root, oneWord(index >> 8, 1 << (index & 255)), 0);
        vm.stopPrank();
        (bool revoked,) = registry.statusOf(issuer, 77, index);
        check("revoked", revoked == inside);
    }

    function testRevokeNamesTheFirstIndexOutside() public {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IndexOutOfRange.selector, SIZE, SIZE));
        registry.revoke(issuer, ROOT, oneWord(39, 1 << 16), 0);
        vm.expectRevert(abi.encodeWithSelector(IndexOutOfRange.selector, 40 * 256, SIZE));
        registry.revoke(issuer, ROOT, oneWord(40, 1), 0);
        vm.expectRevert(abi.encodeWithSelector(IndexOutOfRange.selector, type(uint256).max, SIZE));
        registry.revoke(issuer, ROOT, oneWord(WHOLE_LIST - 1, 1), 0);
        vm.stopPrank();
    }

    function testRevokeFillsALastWordThatIsWhole() public {
        vm.startPrank(issuer);
        registry.anchor(issuer, keccak256("512"), 512, 0, 88);
        registry.revoke(issuer, keccak256("512"), oneWord(1, type(uint256).max), 0);
        vm.stopPrank();
        (bool revoked,) = registry.statusOf(issuer, 88, 511);
        check("last", revoked);
    }

    function testRevokeOfNothingIsRefused() public {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(NoWords.selector));
        registry.revoke(issuer, ROOT, new StatusWord[](0), 0);
        vm.expectRevert(abi.encodeWithSelector(EmptyMask.selector, 5));
        registry.revoke(issuer, ROOT, oneWord(5, 0), 0);
        vm.stopPrank();
    }

    function testRevokeFuzzRefusesUnknownReasons(uint8 reason) public {
        vm.assume(reason > 3);
        vm.expectRevert(abi.encodeWithSelector(UnknownReason.selector, reason));
        vm.prank(operator);
        registry.revoke(issuer, ROOT, oneWord(0, 1), reason);
    }

    function testRevokeNeedsAnAnchor() public {
        vm.startPrank(issuer);
        vm.expectRevert(abi.encodeWithSelector(NotAnchored.selector, issuer, keccak256("other")));
        registry.revoke(issuer, keccak256("other"), oneWord(0, 1), 0);
        registry.cancel(keccak256("other"));
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, keccak256("other")));
        registry.revoke(issuer, keccak256("other"), oneWord(0, 1), 0);
        vm.stopPrank();
    }

    // st-revoker-not-issuer
    function testRevokeFuzzByAnybodyElseIsRefused(address sender) public {
        vm.assume(sender != issuer && sender != operator);
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, sender, ROLE_STATUS));
        vm.prank(sender);
        registry.revoke(issuer, ROOT, oneWord(0, 1), 0);
    }

    // st-revoker-not-issuer
    function testRevokeByAnotherIssuerOfTheSameListTouchesItsOwnOnly() public {
        vm.startPrank(stranger);
        registry.anchor(stranger, ROOT, SIZE, 0, LIST);
        registry.revoke(stranger, ROOT, oneWord(0, 1), 0);
        vm.stopPrank();
        check("not revoked", !revokedAt(0));
    }

    function testRevokeNeedsTheStatusRole() public {
        vm.prank(issuer);
        registry.addOperator(stranger, ROLE_ANCHOR, OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, stranger, ROLE_STATUS));
        vm.prank(stranger);
        registry.revoke(issuer, ROOT, oneWord(0, 1), 0);
    }

    function testRevokeOfTheWholeListByTheIssuer() public {
        vm.prank(issuer);
        registry.revoke(issuer, ROOT, oneWord(WHOLE_LIST, 1), 3);
        check("first", revokedAt(0));
        check("any", revokedAt(9_999));
        equal("words stay", registry.statusWord(issuer, LIST, 0, 0), 0);
    }

    function testRevokeOfTheWholeListByAnOperatorIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(NotIssuer.selector, issuer, operator));
        vm.prank(operator);
        registry.revoke(issuer, ROOT, oneWord(WHOLE_LIST, 1), 0);
    }

    function testSuspendAndReinstate() public {
        StatusWord[] memory words = oneWord(0, 5);
        vm.expectEmit(address(registry));
        emit StatusChanged(issuer, ROOT, LIST, 1, 1, true, 0, uint40(block.timestamp), words);
        vm.prank(operator);
        registry.suspend(issuer, ROOT, words);
        check("suspended", suspendedAt(0) && suspendedAt(2) && !suspendedAt(1));
        check("not revoked", !revokedAt(0));

        words = oneWord(0, 1);
        vm.expectEmit(address(registry));
        emit StatusChanged(issuer, ROOT, LIST, 1, 1, false, 0, uint40(block.timestamp), words);
        vm.prank(operator);
        registry.reinstate(issuer, ROOT, words);
        check("reinstated", !suspendedAt(0) && suspendedAt(2));
    }

    function testReinstateDoesNotTouchARevocation() public {
        vm.startPrank(operator);
        registry.revoke(issuer, ROOT, oneWord(0, 1), 0);
        registry.reinstate(issuer, ROOT, oneWord(0, 1));
        vm.stopPrank();
        check("revoked", revokedAt(0));
    }

    function testReinstateOfTheWholeListClearsEveryMaskedBit() public {
        vm.startPrank(issuer);
        registry.suspend(issuer, ROOT, oneWord(WHOLE_LIST, 6));
        registry.reinstate(issuer, ROOT, oneWord(WHOLE_LIST, 2));
        check("still", suspendedAt(7));
        registry.reinstate(issuer, ROOT, oneWord(WHOLE_LIST, type(uint256).max));
        vm.stopPrank();
        check("free", !suspendedAt(7));
    }

    function testSuspendOfTheWholeListByAnOperatorIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(NotIssuer.selector, issuer, operator));
        vm.prank(operator);
        registry.suspend(issuer, ROOT, oneWord(WHOLE_LIST, 1));
    }

    function testTheWholeListAmongOtherWordsOfAnOperatorIsRefusedWithAllOfThem() public {
        StatusWord[] memory words = new StatusWord[](2);
        (words[0], words[1]) = (StatusWord(0, 1), StatusWord(WHOLE_LIST, 1));
        vm.expectRevert(abi.encodeWithSelector(NotIssuer.selector, issuer, operator));
        vm.prank(operator);
        registry.revoke(issuer, ROOT, words, 0);
        check("nothing", !revokedAt(0));
    }

    function testAnAnchorOfThousandsDoesNotReachTheWholeListByItsSize() public {
        vm.startPrank(operator);
        registry.anchor(issuer, keccak256("largest"), type(uint32).max, 0, LIST);
        registry.revoke(issuer, keccak256("largest"), oneWord((uint256(1) << 24) - 1, 1 << 254), 0);
        vm.expectRevert(abi.encodeWithSelector(IndexOutOfRange.selector, type(uint32).max, type(uint32).max));
        registry.revoke(issuer, keccak256("largest"), oneWord((uint256(1) << 24) - 1, 1 << 255), 0);
        vm.stopPrank();
        check("not the whole list", !revokedAt(0));
    }

    function testReinstateOfTheWholeListByAnOperatorIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(NotIssuer.selector, issuer, operator));
        vm.prank(operator);
        registry.reinstate(issuer, ROOT, oneWord(WHOLE_LIST, 1));
    }

    // ct-paused
    function testStatusChangesWhilePaused() public {
        vm.prank(admin);
        registry.pause();
        vm.startPrank(operator);
        registry.revoke(issuer, ROOT, oneWord(0, 1), 0);
        registry.suspend(issuer, ROOT, oneWord(0, 2));
        registry.reinstate(issuer, ROOT, oneWord(0, 2));
        vm.stopPrank();
        check("revoked", revokedAt(0));
    }

    function testStatusSurvivesAnotherAnchorOfTheList() public {
        vm.startPrank(operator);
        registry.revoke(issuer, ROOT, oneWord(0, 1), 0);
        registry.anchor(issuer, keccak256("again"), SIZE, 0, LIST);
        vm.stopPrank();
        check("revoked", revokedAt(0));
    }
}
