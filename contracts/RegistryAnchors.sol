// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {AnchorRecord} from "./AnchorRecord.sol";
import {RegistryAccreditation} from "./RegistryAccreditation.sol";
import {RegistryAdministration} from "./RegistryAdministration.sol";
import {
    Anchor,
    AnchorRequest,
    KIND_CHAINPOINT,
    ROLE_ANCHOR,
    SignedAnchor
} from "./interfaces/RegistryTypes.sol";

/**
 * @title Anchors: an issuer's roots, each written once.
 * @dev The key is (issuer, root), so nobody can take another issuer's root. Every way in ends in `_append`.
 */
abstract contract RegistryAnchors is RegistryAdministration, RegistryAccreditation, EIP712 {
    using AnchorRecord for bytes32;

    uint40 private constant MAX_DEADLINE_SECONDS = 30 days;
    bytes32 private constant SIGNED_ANCHOR_TYPEHASH = keccak256(
        "SignedAnchor(address issuer,bytes32 root,uint32 size,uint8 kind,uint104 list,uint40 deadline,uint224 expectedHead)"
    );

    constructor() EIP712("Attestree CredentialRegistry", "1") {}

    function anchor(address issuer, bytes32 root, uint32 size, uint8 kind, uint104 list) external {
        uint16 operator = _requireRole(issuer, ROLE_ANCHOR);
        _appendOne(issuer, operator, _anchorHeadAndCount(issuer), AnchorRequest(root, size, kind, list));
    }

    function anchorAt(
        address issuer,
        bytes32 root,
        uint32 size,
        uint8 kind,
        uint104 list,
        uint224 expectedHead
    ) external {
        uint16 operator = _requireRole(issuer, ROLE_ANCHOR);
        uint256 headAndCount = _anchorHeadAndCount(issuer);
        _requireHead(issuer, headAndCount, expectedHead);
        _appendOne(issuer, operator, headAndCount, AnchorRequest(root, size, kind, list));
    }

    function anchorMany(address issuer, AnchorRequest[] calldata requests) external {
        uint16 operator = _requireRole(issuer, ROLE_ANCHOR);
        if (requests.length == 0) revert NoAnchors();
        _requireNotPaused();
        uint256 common = AnchorRecord.common(_now(), operator, _spanInForce(issuer));
        uint256 headAndCount = _anchorHeadAndCount(issuer);
        for (uint256 i = 0; i < requests.length; ++i) {
            headAndCount = _append(issuer, common, headAndCount, requests[i]);
        }
        _anchorHeads[issuer] = headAndCount;
    }

    function anchorBySig(SignedAnchor calldata request, bytes calldata signature) external {
        if (_isAnchoredAlike(request)) return;
        uint40 time = _now();
        if (request.deadline < time) revert DeadlinePassed(request.deadline, time);
        uint40 latest = time + MAX_DEADLINE_SECONDS;
        if (request.deadline > latest) revert DeadlineTooFar(request.deadline, latest);
        if (!_isSignedByIssuer(request, signature)) revert BadSignature(request.issuer);

        uint256 headAndCount = _anchorHeadAndCount(request.issuer);
        if (request.expectedHead != 0) _requireHead(request.issuer, headAndCount, request.expectedHead);
        _appendOne(
            request.issuer,
            0,
            headAndCount,
            AnchorRequest(request.root, request.size, request.kind, request.list)
        );
    }

    function confirm(bytes32 root) external {
        bytes32 record = _requireAnchored(msg.sender, root);
        if (record.isConfirmed()) revert AlreadyConfirmed(msg.sender, root);
        _anchors[msg.sender][root] = record.confirmed();
        _logAct(msg.sender, AnchorConfirmed.selector, abi.encode(root, _now()));
    }

    function cancel(bytes32 root) external {
        if (root == 0) revert ZeroRoot();
        _requireFree(msg.sender, root);
        _anchors[msg.sender][root] = AnchorRecord.CANCELLED;
        _logAct(msg.sender, AnchorCancelled.selector, abi.encode(root, _now()));
    }

    function anchorOf(address issuer, bytes32 root) external view returns (Anchor memory) {
        return _anchors[issuer][root].unpack();
    }

    function _requireAnchored(address issuer, bytes32 root) internal view returns (bytes32 record) {
        record = _anchors[issuer][root];
        if (record == 0) revert NotAnchored(issuer, root);
        if (record.timeOf() == 0) revert RootCancelled(issuer, root);
    }

    function _appendOne(address issuer, uint16 operator, uint256 headAndCount, AnchorRequest memory request)
        private
    {
        _requireNotPaused();
        uint256 common = AnchorRecord.common(_now(), operator, _spanInForce(issuer));
        _anchorHeads[issuer] = _append(issuer, common, headAndCount, request);
    }

    function _append(address issuer, uint256 common, uint256 headAndCount, AnchorRequest memory request)
        private
        returns (uint256)
    {
        if (request.root == 0) revert ZeroRoot();
        if (request.size == 0) revert ZeroSize();
        if (request.kind > KIND_CHAINPOINT) revert UnknownKind(request.kind);
        _requireFree(issuer, request.root);

        bytes32 record = AnchorRecord.pack(common, _count(headAndCount) + 1, request);
        _anchors[issuer][request.root] = record;
        return _foldAnchor(issuer, headAndCount, request.root, record);
    }

    function _requireFree(address issuer, bytes32 root) private view {
        bytes32 record = _anchors[issuer][root];
        if (record == AnchorRecord.CANCELLED) revert RootCancelled(issuer, root);
        if (record != 0) revert AlreadyAnchored(issuer, root, record);
    }

    function _requireHead(address issuer, uint256 headAndCount, uint224 expected) private pure {
        uint224 actual = uint224(headAndCount >> 32);
        if (actual != expected) revert HeadMoved(issuer, expected, actual);
    }

    /// Whether a relayer comes late: what was signed stands already. A cancelled or other anchor is left to `_append`.
    function _isAnchoredAlike(SignedAnchor calldata request) private view returns (bool) {
        bytes32 record = _anchors[request.issuer][request.root];
        return record.timeOf() != 0 && record.sizeOf() == request.size && record.kindOf() == request.kind
            && record.listOf() == request.list;
    }

    /// The key of the account first, then its code: an account of EIP-7702 has both. The call is static.
    function _isSignedByIssuer(SignedAnchor calldata request, bytes calldata signature)
        private
        view
        returns (bool)
    {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SIGNED_ANCHOR_TYPEHASH, request)));
        // What is left out only details a refusal.
        // slither-disable-next-line unused-return
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && signer == request.issuer) return true;
        return request.issuer.code.length != 0
            && SignatureChecker.isValidERC1271SignatureNowCalldata(request.issuer, digest, signature);
    }
}
