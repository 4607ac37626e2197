// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    FLAG_CANCELLED,
    FLAG_CONFIRMED,
    ROLE_ANCHOR,
    SignedAnchor
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {SignedAnchors} from "../support/SignedAnchors.sol";
import {ProofTest} from "./ProofTest.sol";

contract AnchorProofs is ProofTest {
    bytes32 private constant CONFIRMED = bytes32(uint256(FLAG_CONFIRMED) << 104);
    bytes32 private constant CANCELLED = bytes32(uint256(FLAG_CANCELLED) << 104);

    /// Time, size, sequence, operator, span, kind and list stay, whatever is called; so does a cancellation.
    function check_anAnchorNeverChangesButToBeConfirmed(address issuer, bytes32 root) external {
        bytes32 before = recordOf(issuer, root);
        vm.assume(before != 0);
        anyCall(svm.createAddress("sender"));
        bytes32 record = recordOf(issuer, root);
        assert(record == before || before != CANCELLED && record == before | CONFIRMED);
    }

    function check_onlyTheIssuerItsOperatorOrASignatureAnchors(address issuer, bytes32 root) external {
        vm.assume(recordOf(issuer, root) == 0);
        address sender = svm.createAddress("sender");
        bool part = sender == issuer || isOperator(issuer, sender, ROLE_ANCHOR);
        bytes4 selector = anyCall(sender);
        bytes32 record = recordOf(issuer, root);
        if (record == CANCELLED) assert(sender == issuer);
        else if (record != 0) assert(part || selector == registry.anchorBySig.selector);
    }

    /// For an account without code. The digest is that of this chain and this registry, written out from EIP-712.
    function check_aSignedAnchorNeedsTheSignatureOfTheIssuer(
        SignedAnchor memory request,
        bytes32 r,
        bytes32 s,
        uint8 v
    ) external {
        vm.assume(recordOf(request.issuer, request.root) == 0);
        vm.assume(request.issuer.code.length == 0);
        vm.prank(svm.createAddress("sender"));
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        bytes32 digest = SignedAnchors.digestOf(request, block.chainid, address(registry));
        assert(ecrecover(digest, v, r, s) == request.issuer);
        assert(request.issuer != address(0));
        assert(uint256(s) <= 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0);
        assert(block.timestamp <= request.deadline && request.deadline <= block.timestamp + 30 days);
    }

    function check_aPauseStopsEveryAnchor(address issuer, bytes32 root) external {
        vm.assume(recordOf(issuer, root) == 0);
        vm.assume(block.timestamp < pausedUntil());
        anyCall(svm.createAddress("sender"));
        bytes32 record = recordOf(issuer, root);
        assert(record == 0 || record == CANCELLED);
    }

    function check_onlyAnchorsMoveTheAnchorHead(address issuer) external {
        uint256 before = slot(keccak256(abi.encode(issuer, 1)));
        bytes4 selector = anyCall(svm.createAddress("sender"));
        uint256 later = slot(keccak256(abi.encode(issuer, 1)));
        if (later == before) return;
        // The low 32 bits count, and a zero slot stands for a count of zero.
        assert(uint32(later) > uint32(before));
        assert(
            selector == registry.anchor.selector || selector == registry.anchorAt.selector
                || selector == registry.anchorMany.selector || selector == registry.anchorBySig.selector
        );
    }

    /// The other half: an anchor moves the head by exactly what it recorded.
    function check_anAnchorMovesTheHeadByItsRecord(
        address issuer,
        bytes32 root,
        uint32 size,
        uint8 kind,
        uint104 list
    ) external {
        (uint224 head, uint32 count,,) = registry.headsOf(issuer);
        vm.prank(svm.createAddress("sender"));
        registry.anchor(issuer, root, size, kind, list);
        (uint224 later, uint32 counted,,) = registry.headsOf(issuer);
        bytes32 record = recordOf(issuer, root);
        assert(counted == count + 1);
        assert(later == uint256(keccak256(abi.encode(uint256(head), root, record))) >> 32);
        assert(uint40(uint256(record) >> 216) == block.timestamp);
        assert(uint32(uint256(record) >> 184) == size && size != 0);
        assert(uint32(uint256(record) >> 152) == counted);
        assert(uint8(uint256(record) >> 112) == kind && kind < 2);
        assert(uint8(uint256(record) >> 104) == 0);
        assert(uint104(uint256(record)) == list);
    }
}
