// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Reason, Verdict, VerifyRequest, WHOLE_LIST} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {Tree} from "./support/Tree.sol";

contract VerdictsTest is RegistryTest {
    bytes32 internal constant DIGEST = keccak256("document");
    uint256 internal constant INDEX = 300;

    bytes32 internal root;
    VerifyRequest internal request;

    function setUp() public override {
        super.setUp();
        (bytes32[] memory path, bytes32 top) = Tree.climb(Tree.leaf(DIGEST, INDEX), 14);
        root = top;
        request = VerifyRequest(issuer, DIGEST, INDEX, path);
        vm.prank(operator);
        registry.anchor(issuer, root, SIZE, 0, LIST);
    }

    function judged(Reason want) internal view {
        (Reason reason, bytes32 folded) = registry.verify(request);
        equal("reason", uint256(reason), uint256(want));
        equal("root", folded, root);
    }

    function testVerifySaysOkAndWhichRoot() public view {
        judged(Reason.OK);
        check("inclusion", registry.verifyInclusion(issuer, root, DIGEST, INDEX, request.path));
    }

    function testVerifyFuzzNeverTakesAnotherDigest(bytes32 digest) public {
        vm.assume(digest != DIGEST);
        request.digest = digest;
        (Reason reason,) = registry.verify(request);
        equal("reason", uint256(reason), uint256(Reason.NOT_ANCHORED));
        check("inclusion", !registry.verifyInclusion(issuer, root, digest, INDEX, request.path));
    }

    function testVerifyFuzzNeverTakesAnotherIndex(uint256 index) public {
        vm.assume(index != INDEX);
        request.index = index;
        (Reason reason,) = registry.verify(request);
        equal("reason", uint256(reason), uint256(Reason.NOT_ANCHORED));
    }

    function testVerifyFuzzNeverTakesAChangedPath(uint256 step, bytes32 sibling) public {
        step = step % request.path.length;
        vm.assume(sibling != request.path[step]);
        request.path[step] = sibling;
        (Reason reason,) = registry.verify(request);
        equal("reason", uint256(reason), uint256(Reason.NOT_ANCHORED));
    }

    function testVerifyNeverTakesANodeForALeaf() public {
        // The first two nodes as the 64 bytes of a leaf: index and digest are hashed twice, a node once.
        request.digest = Tree.leaf(DIGEST, INDEX);
        request.index = uint256(request.path[0]);
        request.path.pop();
        (Reason reason,) = registry.verify(request);
        equal("reason", uint256(reason), uint256(Reason.NOT_ANCHORED));
    }

    function testVerifyOfAnotherIssuersRoot() public {
        request.issuer = stranger;
        judged(Reason.NOT_ANCHORED);
        check("inclusion", !registry.verifyInclusion(stranger, root, DIGEST, INDEX, request.path));
    }

    function testVerifyOfACancelledRoot() public {
        vm.prank(stranger);
        registry.cancel(root);
        request.issuer = stranger;
        judged(Reason.CANCELLED);
        check("inclusion", !registry.verifyInclusion(stranger, root, DIGEST, INDEX, request.path));
    }

    function testVerifyOfKindOne() public {
        vm.prank(stranger);
        registry.anchor(stranger, root, SIZE, 1, LIST);
        request.issuer = stranger;
        judged(Reason.KIND_UNSUPPORTED);
    }

    function testVerifyOfAnIndexOutsideOfTheBatch() public {
        vm.startPrank(stranger);
        registry.anchor(stranger, root, uint32(INDEX), 0, LIST);
        vm.stopPrank();
        request.issuer = stranger;
        judged(Reason.INDEX_OUT_OF_RANGE);
        check("inclusion", !registry.verifyInclusion(stranger, root, DIGEST, INDEX, request.path));
    }

    function testVerifyOfAnIssuerWhomNobodyVouchedFor() public {
        vm.prank(stranger);
        registry.anchor(stranger, root, SIZE, 0, LIST);
        request.issuer = stranger;
        judged(Reason.NOT_ACCREDITED);
        check("inclusion", registry.verifyInclusion(stranger, root, DIGEST, INDEX, request.path));
    }

    function testVerifyStandsAfterTheSpanLapsed() public {
        vm.warp(SPAN_END + 1);
        judged(Reason.OK);
    }

    function testVerifyStandsAfterANewSpan() public {
        vm.warp(block.timestamp + 1);
        vm.prank(accreditor);
        registry.accredit(issuer, SPAN_END, DID, NAME, FRAMEWORK);
        judged(Reason.OK);
    }

    function testVerifyFallsWithABackDatedWithdrawal() public {
        uint40 anchored = registry.anchorOf(issuer, root).time;
        vm.warp(block.timestamp + 1 days);
        vm.startPrank(accreditor);
        registry.withdrawAccreditation(issuer, 1, anchored + 1);
        judged(Reason.OK);
        registry.withdrawAccreditation(issuer, 1, anchored);
        vm.stopPrank();
        judged(Reason.NOT_ACCREDITED);
    }

    function testVerifyFallsWithABackDatedWithdrawalOfAnOlderSpan() public {
        uint40 anchored = registry.anchorOf(issuer, root).time;
        vm.warp(block.timestamp + 1 days);
        vm.startPrank(accreditor);
        registry.accredit(issuer, SPAN_END, DID, NAME, FRAMEWORK);
        registry.withdrawAccreditation(issuer, 1, anchored);
        vm.stopPrank();
        judged(Reason.NOT_ACCREDITED);
    }

    function testVerifySaysWhenTheIssuerIsSuspendedAndWhenNoLonger() public {
        vm.warp(block.timestamp + 1 days);
        vm.startPrank(accreditor);
        registry.suspendAccreditation(issuer);
        judged(Reason.ISSUER_SUSPENDED);
        registry.reinstateAccreditation(issuer, SPAN_END, DID, NAME, FRAMEWORK);
        vm.stopPrank();
        judged(Reason.OK);
    }

    function testVerifyCountsEqualityAsDisavowed() public {
        uint40 anchored = registry.anchorOf(issuer, root).time;
        vm.warp(block.timestamp + 1 days);
        vm.startPrank(issuer);
        registry.disavow(operator, anchored + 1);
        judged(Reason.OK);
        registry.disavow(operator, anchored);
        vm.stopPrank();
        judged(Reason.OPERATOR_DISAVOWED);
    }

    function testVerifyStandsWhenTheIssuerConfirmed() public {
        vm.startPrank(issuer);
        registry.disavow(operator, START);
        judged(Reason.OPERATOR_DISAVOWED);
        registry.confirm(root);
        vm.stopPrank();
        judged(Reason.OK);
    }

    function testVerifyOfTheIssuersOwnAnchorKnowsNoDisavowal() public {
        bytes32 second = keccak256("second operator");
        vm.startPrank(issuer);
        registry.disavow(operator, START);
        (bytes32[] memory path, bytes32 top) = Tree.climb(Tree.leaf(second, 0), 3);
        registry.anchor(issuer, top, 8, 0, 1);
        vm.stopPrank();
        (Reason reason,) = registry.verify(VerifyRequest(issuer, second, 0, path));
        equal("reason", uint256(reason), uint256(Reason.OK));
    }

    function testVerifySaysRevokedBeforeSuspended() public {
        vm.startPrank(operator);
        registry.suspend(issuer, root, oneWord(INDEX >> 8, 1 << (INDEX & 255)));
        judged(Reason.SUSPENDED);
        registry.revoke(issuer, root, oneWord(INDEX >> 8, 1 << (INDEX & 255)), 0);
        judged(Reason.REVOKED);
        vm.stopPrank();
    }

    function testVerifyIsNotTouchedByTheStatusOfItsNeighbours() public {
        vm.prank(operator);
        registry.revoke(issuer, root, oneWord(INDEX >> 8, ~(uint256(1) << (INDEX & 255))), 0);
        judged(Reason.OK);
    }

    function testVerifySeesTheWholeList() public {
        vm.startPrank(issuer);
        registry.suspend(issuer, root, oneWord(WHOLE_LIST, 1));
        judged(Reason.SUSPENDED);
        registry.revoke(issuer, root, oneWord(WHOLE_LIST, 1), 0);
        vm.stopPrank();
        judged(Reason.REVOKED);
    }

    function testVerifyTakesPathsUpTo40() public {
        (bytes32[] memory path, bytes32 top) = Tree.climb(Tree.leaf(DIGEST, INDEX), 40);
        vm.prank(issuer);
        registry.anchor(issuer, top, SIZE, 0, 1);
        (Reason reason,) = registry.verify(VerifyRequest(issuer, DIGEST, INDEX, path));
        equal("40", uint256(reason), uint256(Reason.OK));

        (path, top) = Tree.climb(Tree.leaf(DIGEST, INDEX), 41);
        vm.prank(issuer);
        registry.anchor(issuer, top, SIZE, 0, 1);
        bytes32 folded;
        (reason, folded) = registry.verify(VerifyRequest(issuer, DIGEST, INDEX, path));
        equal("41", uint256(reason), uint256(Reason.PATH_TOO_LONG));
        equal("root", folded, 0);
        check("inclusion", !registry.verifyInclusion(issuer, top, DIGEST, INDEX, path));
    }

    function testVerifyTakesABatchOfOne() public {
        bytes32 leaf = Tree.leaf(DIGEST, 0);
        vm.prank(issuer);
        registry.anchor(issuer, leaf, 1, 0, 1);
        (Reason reason,) = registry.verify(VerifyRequest(issuer, DIGEST, 0, new bytes32[](0)));
        equal("reason", uint256(reason), uint256(Reason.OK));
    }

    function testVerifyManyAnswersInOrder() public view {
        VerifyRequest[] memory requests = new VerifyRequest[](3);
        requests[0] = request;
        requests[1] = VerifyRequest(stranger, DIGEST, INDEX, request.path);
        requests[2] = request;
        Verdict[] memory verdicts = registry.verifyMany(requests);
        equal("count", verdicts.length, 3);
        equal("first", uint256(verdicts[0].reason), uint256(Reason.OK));
        equal("second", uint256(verdicts[1].reason), uint256(Reason.NOT_ANCHORED));
        equal("third", uint256(verdicts[2].reason), uint256(Reason.OK));
        equal("root", verdicts[2].root, root);
        equal("none", registry.verifyMany(new VerifyRequest[](0)).length, 0);
    }
}
