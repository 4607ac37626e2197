// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {AnchorRecord} from "./AnchorRecord.sol";
import {RegistryStatus} from "./RegistryStatus.sol";
import {
    CAUSE_SUSPENDED,
    Issuer,
    KIND_KECCAK,
    Operator,
    PURPOSE_REVOCATION,
    PURPOSE_SUSPENSION,
    Reason,
    Verdict,
    VerifyRequest
} from "./interfaces/RegistryTypes.sol";

/**
 * @title Verdicts: what the registry says of one leaf, now.
 * @dev The order of the questions is that of the verifier outside (DESIGN, section 7): anchor, issuer, status.
 */
abstract contract RegistryVerdicts is RegistryStatus {
    using AnchorRecord for bytes32;

    /// Two trees of 2^20 leaves on top of each other.
    uint256 private constant MAX_PATH = 40;

    function verifyInclusion(
        address issuer,
        bytes32 root,
        bytes32 digest,
        uint256 index,
        bytes32[] calldata path
    ) external view returns (bool) {
        return path.length <= MAX_PATH && _foldPath(digest, index, path) == root
            && _judgeAnchor(_anchors[issuer][root], index) == Reason.OK;
    }

    function verify(VerifyRequest calldata request) external view returns (Reason reason, bytes32 root) {
        return _judge(request);
    }

    function verifyMany(VerifyRequest[] calldata requests) external view returns (Verdict[] memory verdicts) {
        verdicts = new Verdict[](requests.length);
        for (uint256 i = 0; i < requests.length; ++i) {
            (verdicts[i].reason, verdicts[i].root) = _judge(requests[i]);
        }
    }

    function _judge(VerifyRequest calldata request) private view returns (Reason reason, bytes32 root) {
        if (request.path.length > MAX_PATH) return (Reason.PATH_TOO_LONG, 0);
        root = _foldPath(request.digest, request.index, request.path);
        bytes32 record = _anchors[request.issuer][root];
        reason = _judgeAnchor(record, request.index);
        if (reason == Reason.OK) reason = _judgeIssuer(request.issuer, record);
        if (reason == Reason.OK) reason = _judgeStatus(request.issuer, record.listOf(), request.index);
    }

    function _judgeAnchor(bytes32 record, uint256 index) private pure returns (Reason) {
        if (record == 0) return Reason.NOT_ANCHORED;
        if (record.timeOf() == 0) return Reason.CANCELLED;
        if (record.kindOf() != KIND_KECCAK) return Reason.KIND_UNSUPPORTED;
        if (index >= record.sizeOf()) return Reason.INDEX_OUT_OF_RANGE;
        return Reason.OK;
    }

    function _judgeIssuer(address issuer, bytes32 record) private view returns (Reason) {
        Issuer memory holder = _issuers[issuer];
        uint16 span = record.spanOf();
        // The span began before the anchor, else the anchor would not carry it; its end may have been back-dated.
        // Both equalities compare numbers that the registry gave out itself.
        // slither-disable-next-line incorrect-equality
        uint40 until = span == holder.spanCount ? holder.spanUntil : _spans[issuer][span].until;
        if (span == 0 || record.timeOf() >= until) return Reason.NOT_ACCREDITED;
        // slither-disable-next-line incorrect-equality
        if (holder.spanCause == CAUSE_SUSPENDED) return Reason.ISSUER_SUSPENDED;
        if (holder.disavowedCount != 0 && _isDisavowed(issuer, record)) return Reason.OPERATOR_DISAVOWED;
        return Reason.OK;
    }

    function _judgeStatus(address issuer, uint104 list, uint256 index) private view returns (Reason) {
        if (_hasStatus(issuer, list, PURPOSE_REVOCATION, index)) return Reason.REVOKED;
        if (_hasStatus(issuer, list, PURPOSE_SUSPENSION, index)) return Reason.SUSPENDED;
        return Reason.OK;
    }

    function _isDisavowed(address issuer, bytes32 record) private view returns (bool) {
        uint16 number = record.operatorOf();
        if (number == 0 || record.isConfirmed()) return false;
        Operator storage entry = _operators[issuer][_operatorAddresses[issuer][number]];
        return entry.disavowedAt != 0 && record.timeOf() >= entry.disavowedFrom;
    }

    /// Leaf: hashed twice, so that no node can pass for it. Node: sorted pair. As OpenZeppelin's StandardMerkleTree.
    function _foldPath(bytes32 digest, uint256 index, bytes32[] calldata path)
        private
        pure
        returns (bytes32)
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(digest, index))));
        return MerkleProof.processProofCalldata(path, leaf);
    }
}
