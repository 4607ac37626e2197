// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {IRegistryEvents} from "../../contracts/interfaces/IRegistryEvents.sol";
import {
    Anchor,
    AnchorRequest,
    FLAG_CANCELLED,
    FLAG_CONFIRMED,
    ROLE_ANCHOR,
    ROLE_STATUS
} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";

contract AnchorsTest is RegistryTest, IRegistryErrors, IRegistryEvents {
    function expected(uint32 sequence) internal view returns (Anchor memory) {
        return Anchor(uint40(block.timestamp), SIZE, sequence, 1, 1, 0, 0, LIST);
    }

    function testAnchorByOperatorWritesAndEmitsTheSameWord() public {
        vm.expectEmit(address(registry));
        emit Anchored(issuer, ROOT, packed(expected(1)));
        anchorRoot();
        equal("record", recordOf(issuer, ROOT), packed(expected(1)));
        equal("view", packed(registry.anchorOf(issuer, ROOT)), packed(expected(1)));
    }

    function testAnchorByIssuerCarriesOperatorZero() public {
        vm.prank(issuer);
        registry.anchor(issuer, ROOT, SIZE, 1, LIST);
        equal("operator", registry.anchorOf(issuer, ROOT).operator, 0);
        equal("kind", registry.anchorOf(issuer, ROOT).kind, 1);
    }

    function testAnchorOutsideOfASpanCarriesSpanZero() public {
        vm.warp(SPAN_END - 1);
        vm.startPrank(issuer);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
        vm.warp(SPAN_END);
        registry.anchor(issuer, keccak256("late"), SIZE, 0, LIST);
        vm.stopPrank();
        equal("last second", registry.anchorOf(issuer, ROOT).span, 1);
        equal("too late", registry.anchorOf(issuer, keccak256("late")).span, 0);
    }

    function testAnchorFuzzKeepsEveryField(bytes32 root, uint32 size, uint8 kind, uint104 list) public {
        vm.assume(root != 0 && size != 0);
        kind = kind & 1;
        vm.prank(operator);
        registry.anchor(issuer, root, size, kind, list);
        Anchor memory want = Anchor(uint40(block.timestamp), size, 1, 1, 1, kind, 0, list);
        equal("record", packed(registry.anchorOf(issuer, root)), packed(want));
    }

    // ct-frontrun-root
    function testAnchorOfARootThatAnotherIssuerTookFirst() public {
        vm.prank(stranger);
        registry.anchor(stranger, ROOT, 1, 0, 7);
        anchorRoot();
        equal("size", registry.anchorOf(issuer, ROOT).size, SIZE);
        equal("other", registry.anchorOf(stranger, ROOT).size, 1);
    }

    // ct-twice
    function testAnchorTwiceIsRefusedWithTheRecordThatStands() public {
        anchorRoot();
        bytes32 record = recordOf(issuer, ROOT);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(AlreadyAnchored.selector, issuer, ROOT, record));
        vm.prank(operator);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
        equal("record", recordOf(issuer, ROOT), record);
    }

    // ct-zero-root
    function testAnchorOfAZeroRootIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ZeroRoot.selector));
        vm.prank(operator);
        registry.anchor(issuer, 0, SIZE, 0, LIST);
    }

    // ct-zero-root
    function testAnchorOfNoLeavesIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ZeroSize.selector));
        vm.prank(operator);
        registry.anchor(issuer, ROOT, 0, 0, LIST);
    }

    // ct-zero-root
    function testAnchorOfMoreLeavesThanFitIsRefused() public {
        bytes memory call =
            abi.encodeWithSelector(registry.anchor.selector, issuer, ROOT, uint256(1) << 32, 0, LIST);
        vm.prank(operator);
        (bool done,) = address(registry).call(call);
        check("refused", !done);
    }

    function testAnchorFuzzRefusesUnknownKinds(uint8 kind) public {
        vm.assume(kind > 1);
        vm.expectRevert(abi.encodeWithSelector(UnknownKind.selector, kind));
        vm.prank(operator);
        registry.anchor(issuer, ROOT, SIZE, kind, LIST);
    }

    function testAnchorFuzzByAnybodyElseIsRefused(address sender) public {
        vm.assume(sender != issuer && sender != operator);
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, sender, ROLE_ANCHOR));
        vm.prank(sender);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
    }

    function testAnchorNeedsTheAnchorRole() public {
        vm.prank(issuer);
        registry.addOperator(stranger, ROLE_STATUS, OPERATOR_END);
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, stranger, ROLE_ANCHOR));
        vm.prank(stranger);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
    }

    function testAnchorAtTakesTheHeadThatStands() public {
        anchorRoot();
        (uint224 head,,,) = registry.headsOf(issuer);
        vm.prank(operator);
        registry.anchorAt(issuer, keccak256("next"), SIZE, 0, LIST, head);
        equal("sequence", registry.anchorOf(issuer, keccak256("next")).sequence, 2);
    }

    function testAnchorAtWorksFromTheFirstHead() public {
        (uint224 head, uint32 count,,) = registry.headsOf(issuer);
        equal("count", count, 0);
        vm.prank(operator);
        registry.anchorAt(issuer, ROOT, SIZE, 0, LIST, head);
    }

    function testAnchorAtRefusesAHeadThatMoved() public {
        (uint224 before,,,) = registry.headsOf(issuer);
        anchorRoot();
        (uint224 head,,,) = registry.headsOf(issuer);
        vm.expectRevert(abi.encodeWithSelector(HeadMoved.selector, issuer, before, head));
        vm.prank(operator);
        registry.anchorAt(issuer, keccak256("next"), SIZE, 0, LIST, before);
    }

    function testAnchorAtTakesZeroForAHeadLikeAnyOther() public {
        (uint224 head,,,) = registry.headsOf(issuer);
        vm.expectRevert(abi.encodeWithSelector(HeadMoved.selector, issuer, 0, head));
        vm.prank(operator);
        registry.anchorAt(issuer, ROOT, SIZE, 0, LIST, 0);
    }

    function requests(uint256 count) internal pure returns (AnchorRequest[] memory list) {
        list = new AnchorRequest[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = AnchorRequest(keccak256(abi.encode("many", i)), uint32(i + 1), 0, uint104(i));
        }
    }

    function testAnchorManyNumbersTheAnchorsInOrder() public {
        anchorRoot();
        vm.prank(operator);
        registry.anchorMany(issuer, requests(5));
        for (uint256 i = 0; i < 5; ++i) {
            Anchor memory a = registry.anchorOf(issuer, keccak256(abi.encode("many", i)));
            equal("sequence", a.sequence, i + 2);
            equal("size", a.size, i + 1);
            equal("list", a.list, i);
            equal("span", a.span, 1);
        }
        (, uint32 count,,) = registry.headsOf(issuer);
        equal("count", count, 6);
    }

    function testAnchorManyLandsWhereSingleAnchorsLand() public {
        AnchorRequest[] memory list = requests(3);
        vm.prank(operator);
        registry.anchorMany(issuer, list);
        (uint224 many,,,) = registry.headsOf(issuer);
        setUpAgainAtTheSameAddress();
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(operator);
            registry.anchor(issuer, list[i].root, list[i].size, list[i].kind, list[i].list);
        }
        (uint224 single,,,) = registry.headsOf(issuer);
        equal("head", single, many);
    }

    /// Forget the anchors: clear the head and the three records.
    function setUpAgainAtTheSameAddress() internal {
        vm.store(address(registry), keccak256(abi.encode(issuer, 1)), 0);
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 root = keccak256(abi.encode("many", i));
            vm.store(address(registry), keccak256(abi.encode(root, keccak256(abi.encode(issuer, 0)))), 0);
        }
    }

    function testAnchorManyIsAllOrNothing() public {
        AnchorRequest[] memory list = requests(3);
        list[2].root = list[0].root;
        vm.expectRevert();
        vm.prank(operator);
        registry.anchorMany(issuer, list);
        equal("first", recordOf(issuer, list[0].root), 0);
    }

    function testAnchorManyOfNothingIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(NoAnchors.selector));
        vm.prank(operator);
        registry.anchorMany(issuer, requests(0));
    }

    // ct-paused
    function testAnchorIsRefusedWhilePausedOnEveryPath() public {
        vm.prank(admin);
        registry.pause();
        bytes memory refusal =
            abi.encodeWithSelector(AnchoringPaused.selector, uint40(block.timestamp + 7 days));
        (uint224 head,,,) = registry.headsOf(issuer);
        vm.startPrank(operator);
        vm.expectRevert(refusal);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
        vm.expectRevert(refusal);
        registry.anchorAt(issuer, ROOT, SIZE, 0, LIST, head);
        vm.expectRevert(refusal);
        registry.anchorMany(issuer, requests(1));
        vm.stopPrank();
    }

    function testAnchorGoesOnWhenThePauseLapses() public {
        vm.prank(admin);
        registry.pause();
        vm.warp(block.timestamp + 7 days);
        anchorRoot();
    }

    // ------------------------------------------------------------------ confirm, cancel

    function testConfirmChangesTheFlagAndNothingElse() public {
        anchorRoot();
        bytes32 before = recordOf(issuer, ROOT);
        vm.warp(block.timestamp + 1 days);
        vm.expectEmit(address(registry));
        emit AnchorConfirmed(issuer, ROOT, uint40(block.timestamp));
        vm.prank(issuer);
        registry.confirm(ROOT);
        equal("record", recordOf(issuer, ROOT), before | bytes32(uint256(FLAG_CONFIRMED) << 104));
    }

    function testConfirmTwiceIsRefused() public {
        anchorRoot();
        vm.startPrank(issuer);
        registry.confirm(ROOT);
        vm.expectRevert(abi.encodeWithSelector(AlreadyConfirmed.selector, issuer, ROOT));
        registry.confirm(ROOT);
        vm.stopPrank();
    }

    function testConfirmByAnOperatorSpeaksOfItsOwnAnchorsOnly() public {
        anchorRoot();
        vm.expectRevert(abi.encodeWithSelector(NotAnchored.selector, operator, ROOT));
        vm.prank(operator);
        registry.confirm(ROOT);
    }

    function testConfirmOfACancelledRootIsRefused() public {
        vm.startPrank(issuer);
        registry.cancel(ROOT);
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, ROOT));
        registry.confirm(ROOT);
        vm.stopPrank();
    }

    function testCancelRulesAnAnchorOutForEver() public {
        vm.expectEmit(address(registry));
        emit AnchorCancelled(issuer, ROOT, uint40(block.timestamp));
        vm.prank(issuer);
        registry.cancel(ROOT);
        equal("record", recordOf(issuer, ROOT), bytes32(uint256(FLAG_CANCELLED) << 104));
        equal("time", registry.anchorOf(issuer, ROOT).time, 0);
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, ROOT));
        vm.prank(operator);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
    }

    function testCancelTwiceIsRefused() public {
        vm.startPrank(issuer);
        registry.cancel(ROOT);
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, ROOT));
        registry.cancel(ROOT);
        vm.stopPrank();
    }

    function testCancelOfAnAnchorIsRefused() public {
        anchorRoot();
        bytes32 record = recordOf(issuer, ROOT);
        vm.expectRevert(abi.encodeWithSelector(AlreadyAnchored.selector, issuer, ROOT, record));
        vm.prank(issuer);
        registry.cancel(ROOT);
    }

    function testCancelOfAZeroRootIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ZeroRoot.selector));
        vm.prank(issuer);
        registry.cancel(0);
    }

    // ------------------------------------------------------------------ ether

    function testRegistryTakesNoEther() public {
        (bool done,) = address(registry).call{value: 1}("");
        check("refused", !done);
    }
}
