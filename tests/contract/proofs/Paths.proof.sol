// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CAUSE_SUSPENDED,
    Issuer,
    Reason,
    VerifyRequest
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {ProofTest} from "./ProofTest.sol";

/// @dev halmos takes keccak-256 for a function without collisions. Paths are bounded: up to two hashes.
contract PathProofs is ProofTest {
    function leafOf(bytes32 digest, uint256 index) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encodePacked(digest, index))));
    }

    function nodeOf(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    function pathOf(bytes32 first) private pure returns (bytes32[] memory path) {
        path = new bytes32[](1);
        path[0] = first;
    }

    /// Whatever is anchored, a root that is a leaf has no path of one step to anything.
    function check_aTreeOfOneLeafTakesNoLongerPath(
        address issuer,
        bytes32 digest,
        uint256 index,
        bytes32 other,
        uint256 otherIndex,
        bytes32 sibling
    ) external view {
        bytes32 root = leafOf(digest, index);
        assert(!registry.verifyInclusion(issuer, root, other, otherIndex, pathOf(sibling)));
    }

    /// And a node is no leaf: the root of two leaves is no tree of one.
    function check_aNodeIsNeverALeaf(
        address issuer,
        bytes32 left,
        bytes32 right,
        bytes32 other,
        uint256 otherIndex
    ) external view {
        assert(!registry.verifyInclusion(issuer, nodeOf(left, right), other, otherIndex, new bytes32[](0)));
    }

    function check_anotherDigestOrIndexNeverFoldsToTheRoot(
        address issuer,
        bytes32 digest,
        uint256 index,
        bytes32 other,
        uint256 otherIndex,
        bytes32 sibling
    ) external view {
        vm.assume(digest != other || index != otherIndex);
        bytes32 root = nodeOf(leafOf(digest, index), sibling);
        assert(!registry.verifyInclusion(issuer, root, other, otherIndex, pathOf(sibling)));
    }

    function check_anotherDigestOrIndexNeverFoldsToTheRootOfTwoSteps(
        address issuer,
        bytes32 digest,
        uint256 index,
        bytes32 other,
        uint256 otherIndex,
        bytes32 sibling,
        bytes32 uncle
    ) external view {
        vm.assume(digest != other || index != otherIndex);
        bytes32 root = nodeOf(nodeOf(leafOf(digest, index), sibling), uncle);
        bytes32[] memory path = new bytes32[](2);
        (path[0], path[1]) = (sibling, uncle);
        assert(!registry.verifyInclusion(issuer, root, other, otherIndex, path));
    }

    /// In any state: who is told OK, has an anchor of the right kind and size, a span that covers it, and no status bit.
    function check_okMeansAnchoredAccreditedAndNotRevoked(
        address issuer,
        bytes32 digest,
        uint256 index,
        bytes32 sibling
    ) external view {
        (Reason reason, bytes32 root) = registry.verify(VerifyRequest(issuer, digest, index, pathOf(sibling)));
        if (reason != Reason.OK) return;
        assert(root == nodeOf(leafOf(digest, index), sibling));
        uint256 record = uint256(recordOf(issuer, root));
        uint40 time = uint40(record >> 216);
        uint16 span = uint16(record >> 120);
        assert(time != 0 && uint8(record >> 112) == 0 && index < uint32(record >> 184));
        (bool revoked, bool suspended) = registry.statusOf(issuer, uint104(record), index);
        assert(!revoked && !suspended);
        Issuer memory holder = registry.issuerOf(issuer);
        assert(span != 0 && holder.spanCause != CAUSE_SUSPENDED);
        assert(time < (span == holder.spanCount ? holder.spanUntil : registry.spanOf(issuer, span).until));
    }
}
