// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {
    AnchorRequest,
    Reason,
    SignedAnchor,
    VerifyRequest
} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {SignedAnchors} from "./support/SignedAnchors.sol";
import {Tree} from "./support/Tree.sol";

/// @notice Somebody sees a transaction before it is mined, and is faster.
contract FrontRunningTest is RegistryTest, IRegistryErrors {
    bytes32 internal constant DIGEST = keccak256("document");
    bytes32[] internal path;
    bytes32 internal root;

    function setUp() public override {
        super.setUp();
        (path, root) = Tree.climb(Tree.leaf(DIGEST, 5), 3);
    }

    function signed() internal view returns (SignedAnchor memory r, bytes memory signature) {
        r = SignedAnchor(issuer, root, SIZE, 0, LIST, uint40(START + 1 days), 0);
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(ISSUER_KEY, SignedAnchors.digestOf(r, block.chainid, address(registry)));
        signature = abi.encodePacked(rr, s, v);
    }

    function verdict(address of_) internal view returns (Reason reason) {
        (reason,) = registry.verify(VerifyRequest(of_, DIGEST, 5, path));
    }

    // ct-frontrun-root
    function testASquatterOfARootGainsNothingAndTheIssuerLosesNothing() public {
        vm.prank(stranger);
        registry.anchor(stranger, root, SIZE, 0, LIST);
        equal("squatter", uint256(verdict(stranger)), uint256(Reason.NOT_ACCREDITED));
        vm.prank(operator);
        registry.anchor(issuer, root, SIZE, 0, LIST);
        equal("issuer", uint256(verdict(issuer)), uint256(Reason.OK));
        equal("sequence", registry.anchorOf(issuer, root).sequence, 1);
    }

    // ct-frontrun-root
    function testASquatterWhoTookTheSameListCannotTouchTheIssuersStatus() public {
        vm.prank(operator);
        registry.anchor(issuer, root, SIZE, 0, LIST);
        vm.startPrank(stranger);
        registry.anchor(stranger, root, SIZE, 0, LIST);
        registry.revoke(stranger, root, oneWord(type(uint256).max, 1), 3);
        vm.stopPrank();
        equal("issuer", uint256(verdict(issuer)), uint256(Reason.OK));
    }

    function testASquatterCannotCancelARootForTheIssuer() public {
        vm.prank(stranger);
        registry.cancel(root);
        vm.prank(operator);
        registry.anchor(issuer, root, SIZE, 0, LIST);
        equal("issuer", uint256(verdict(issuer)), uint256(Reason.OK));
    }

    function testARelayerWhoIsFrontRunByAnotherHasSucceeded() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        vm.prank(stranger);
        registry.anchorBySig(r, signature);
        bytes32 record = recordOf(issuer, root);
        (uint224 head,,,) = registry.headsOf(issuer);
        vm.prank(address(0x4E1A));
        registry.anchorBySig(r, signature);
        equal("record", recordOf(issuer, root), record);
        (uint224 later,,,) = registry.headsOf(issuer);
        equal("head", later, head);
        equal("nobody but the issuer is in it", registry.anchorOf(issuer, root).operator, 0);
    }

    function testARelayerWhoIsFrontRunByAnotherSucceedsEvenInAPauseAndTooLate() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        registry.anchorBySig(r, signature);
        vm.prank(admin);
        registry.pause();
        vm.warp(START + 2 days);
        registry.anchorBySig(r, signature);
        equal("once", registry.anchorOf(issuer, root).sequence, 1);
    }

    /// An operator that turned bad squats a root of its own issuer; see the how-to on stolen keys.
    function testAnOperatorWhoFrontRunsASignatureWithAnotherSizeIsNamedAndCanBeDisavowed() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        vm.prank(operator);
        registry.anchor(issuer, root, 1, 0, LIST);
        bytes32 record = recordOf(issuer, root);
        vm.expectRevert(abi.encodeWithSelector(AlreadyAnchored.selector, issuer, root, record));
        registry.anchorBySig(r, signature);
        equal("who", registry.anchorOf(issuer, root).operator, 1);

        vm.startPrank(issuer);
        registry.disavow(operator, uint40(block.timestamp));
        equal("outside", uint256(verdict(issuer)), uint256(Reason.INDEX_OUT_OF_RANGE));
        bytes32[] memory again;
        (again, r.root) = Tree.climb(Tree.leaf(DIGEST, 6), 3);
        registry.anchor(issuer, r.root, SIZE, 0, LIST + 1);
        vm.stopPrank();
        (Reason reason,) = registry.verify(VerifyRequest(issuer, DIGEST, 6, again));
        equal("sealed again", uint256(reason), uint256(Reason.OK));
    }

    function testAnOperatorWhoFrontRunsASignatureWithAnotherListIsNamedAndCanBeDisavowed() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        vm.prank(operator);
        registry.anchor(issuer, root, SIZE, 0, LIST + 1);
        bytes32 record = recordOf(issuer, root);
        vm.expectRevert(abi.encodeWithSelector(AlreadyAnchored.selector, issuer, root, record));
        registry.anchorBySig(r, signature);
        vm.prank(issuer);
        registry.disavow(operator, uint40(block.timestamp));
        equal("disavowed", uint256(verdict(issuer)), uint256(Reason.OPERATOR_DISAVOWED));
    }

    function testAnOperatorWhoFrontRunsASignatureUnchangedHasDoneTheRelayersWork() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        vm.prank(operator);
        registry.anchor(issuer, root, SIZE, 0, LIST);
        registry.anchorBySig(r, signature);
        (, uint32 count,,) = registry.headsOf(issuer);
        equal("count", count, 1);
        // The operator stands in the record; only a confirmation of the issuer outlives its disavowal.
        vm.startPrank(issuer);
        registry.disavow(operator, START);
        equal("disavowed", uint256(verdict(issuer)), uint256(Reason.OPERATOR_DISAVOWED));
        registry.confirm(root);
        vm.stopPrank();
        equal("confirmed", uint256(verdict(issuer)), uint256(Reason.OK));
    }

    function testACancellationThatComesTooLateIsToldWhatStands() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        vm.prank(stranger);
        registry.anchorBySig(r, signature);
        bytes32 record = recordOf(issuer, root);
        vm.expectRevert(abi.encodeWithSelector(AlreadyAnchored.selector, issuer, root, record));
        vm.prank(issuer);
        registry.cancel(root);
        registry.anchorBySig(r, signature);
        equal("record", recordOf(issuer, root), record);
    }

    function testABatchOfAnchorsThatIsFrontRunInPartIsRefusedWhole() public {
        AnchorRequest[] memory requests = new AnchorRequest[](2);
        requests[0] = AnchorRequest(keccak256("one"), 1, 0, 1);
        requests[1] = AnchorRequest(root, SIZE, 0, LIST);
        (SignedAnchor memory r, bytes memory signature) = signed();
        registry.anchorBySig(r, signature);
        bytes32 record = recordOf(issuer, root);
        vm.expectRevert(abi.encodeWithSelector(AlreadyAnchored.selector, issuer, root, record));
        vm.prank(operator);
        registry.anchorMany(issuer, requests);
        equal("first", recordOf(issuer, keccak256("one")), 0);
    }

    function testASuspensionThatIsFasterThanAnAnchorLeavesItWithoutASpan() public {
        (SignedAnchor memory r, bytes memory signature) = signed();
        vm.prank(accreditor);
        registry.suspendAccreditation(issuer);
        registry.anchorBySig(r, signature);
        equal("span", registry.anchorOf(issuer, root).span, 0);
        equal("verdict", uint256(verdict(issuer)), uint256(Reason.NOT_ACCREDITED));
    }

    function testARemovalThatIsFasterThanTheOperatorStopsIt() public {
        vm.prank(issuer);
        registry.removeOperator(operator);
        vm.expectRevert(abi.encodeWithSelector(NotOperator.selector, issuer, operator, 1));
        anchorRoot();
    }
}
