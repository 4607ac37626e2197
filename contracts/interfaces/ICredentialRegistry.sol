// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "./IRegistryErrors.sol";
import {IRegistryEvents} from "./IRegistryEvents.sol";
import {
    Anchor,
    AnchorRequest,
    Issuer,
    Operator,
    Reason,
    SignedAnchor,
    Span,
    StatusWord,
    Verdict,
    VerifyRequest
} from "./RegistryTypes.sol";

/**
 * @title Registry of anchored credential batches.
 * @notice An issuer, which is an address, anchors the root of a batch once; accreditors vouch for issuers over spans
 * of time; operators act for issuers; status bits revoke or suspend single credentials of a batch.
 *
 * WARNING: Anybody can be an issuer here. An anchor proves who recorded what and when, not that the issuer deserves
 * trust: compare the accreditor of the anchor's span with a list of your own.
 * @dev Holds no ether, cannot be upgraded, and calls out only by the staticcall of ERC-1271.
 */
interface ICredentialRegistry is IRegistryErrors, IRegistryEvents {
    // ------------------------------------------------------------------ anchors

    /**
     * @notice Anchor a root for `issuer`, once and for ever. By the issuer or an operator with the anchor role.
     * @param issuer In whose name; roots of different issuers do not touch each other.
     * @param root Root of the batch, not zero.
     * @param size Number of leaves, not zero. The issuer's claim: the registry cannot count them.
     * @param kind 0 keccak tree, 1 Chainpoint tree.
     * @param list Random name of the status list; two batches with one name would share their status.
     */
    function anchor(address issuer, bytes32 root, uint32 size, uint8 kind, uint104 list) external;

    /**
     * @notice Anchor a root only if the issuer's anchor head is still `expectedHead`.
     * @dev Compare and swap: makes it safe to send again after a reorganisation.
     * @param expectedHead The head of `headsOf` that must stand before this anchor.
     */
    function anchorAt(
        address issuer,
        bytes32 root,
        uint32 size,
        uint8 kind,
        uint104 list,
        uint224 expectedHead
    ) external;

    /**
     * @notice Anchor several roots, in this order, all or none.
     */
    function anchorMany(address issuer, AnchorRequest[] calldata requests) external;

    /**
     * @notice Anchor a root that the issuer has signed for; anybody may send it, and counts as the issuer itself.
     * @dev A root that is anchored already with the same size, kind and list is a success without any effect: the
     * signature is then not looked at. The signature of the account's key is tried first, ERC-1271 second. Write-once
     * anchors are the protection against replay; `cancel` takes back a signature that was given out.
     * @param request What was signed. EIP-712 domain: name "Attestree CredentialRegistry", version "1".
     * @param signature 65 bytes r, s, v with s in the lower half; or what the issuer's contract accepts.
     */
    function anchorBySig(SignedAnchor calldata request, bytes calldata signature) external;

    /**
     * @notice Say that an anchor of the sender stands, even if its operator is disavowed. By the issuer itself.
     */
    function confirm(bytes32 root) external;

    /**
     * @notice Rule out for ever that a root is anchored in the sender's name. By the issuer itself.
     */
    function cancel(bytes32 root) external;

    // ------------------------------------------------------------------ status

    /**
     * @notice Revoke credentials of one batch, for ever. By the issuer or an operator with the status role.
     * @param issuer Whose batch.
     * @param root An anchored root of the issuer; its record names the list, and its size bounds the indexes.
     * @param words Bits to set, at least one in each. Word 2^256-1 is the whole list, and the issuer's own alone.
     * @param reason 0 unspecified, 1 issued in error, 2 superseded, 3 key compromise.
     */
    function revoke(address issuer, bytes32 root, StatusWord[] calldata words, uint8 reason) external;

    /**
     * @notice Suspend credentials of one batch until they are reinstated; otherwise as `revoke`.
     */
    function suspend(address issuer, bytes32 root, StatusWord[] calldata words) external;

    /**
     * @notice Clear suspension bits of one batch; otherwise as `suspend`.
     * @dev A suspended whole list is free again when every bit of its word is cleared: give the mask 2^256-1.
     */
    function reinstate(address issuer, bytes32 root, StatusWord[] calldata words) external;

    // ------------------------------------------------------------------ operators

    /**
     * @notice Let an address act for the sender, from now on. An address can be added once, for ever.
     * @param operator Not zero, not the sender.
     * @param roles 1 anchor, 2 status, 3 both.
     * @param to End of the roles, exclusive, in the future.
     * @return number The operator's number, which anchors carry.
     */
    function addOperator(address operator, uint8 roles, uint40 to) external returns (uint16 number);

    /**
     * @notice End the roles of an operator of the sender now. What the operator did before stands.
     */
    function removeOperator(address operator) external;

    /**
     * @notice Disown what an operator of the sender anchored at or after `from`, and end its roles.
     * @dev Status changes that the operator made stand. `confirm` rescues single anchors.
     * @param from Not in the future, not zero; a second disavowal can only move it earlier.
     */
    function disavow(address operator, uint40 from) external;

    // ------------------------------------------------------------------ accreditation

    /**
     * @notice Vouch for an issuer from now on. By an admitted accreditor.
     * @dev A span in force is replaced if it is the sender's own; otherwise the call is refused.
     * @param until End of the span, exclusive, in the future.
     * @param did The issuer's DID. The texts hold at most 1,024 bytes each; storage keeps their hashes.
     * @param name The issuer's name.
     * @param framework Under which rules the accreditor looked at the issuer.
     * @return span Number of the new span, from 1.
     */
    function accredit(
        address issuer,
        uint40 until,
        string calldata did,
        string calldata name,
        string calldata framework
    ) external returns (uint16 span);

    /**
     * @notice End the span in force now, in a way that can be lifted. By its accreditor or the admin.
     */
    function suspendAccreditation(address issuer) external;

    /**
     * @notice End a span in a way that cannot be lifted. By its accreditor or the admin.
     * @dev Warning: Back-dating takes the standing from anchors that were made in between.
     * @param until Between the beginning of the span and its present end; may lie in the past.
     */
    function withdrawAccreditation(address issuer, uint16 span, uint40 until) external;

    /**
     * @notice Lift a suspension by a new span of the same accreditor, who must still be admitted. By that accreditor
     * or the admin; the admin not beyond the date that the accreditor had given.
     * @param until End of the new span, exclusive, in the future.
     * @return span Number of the new span.
     */
    function reinstateAccreditation(
        address issuer,
        uint40 until,
        string calldata did,
        string calldata name,
        string calldata framework
    ) external returns (uint16 span);

    // ------------------------------------------------------------------ administration, by the admin

    /**
     * @notice Admit an accreditor.
     * @dev Warning: The admin cannot forge an anchor, but can admit, pause and end accreditations.
     */
    function addAccreditor(address accreditor) external;

    /**
     * @notice Strike an accreditor off. Its spans run on; withdraw them where that is meant.
     */
    function removeAccreditor(address accreditor) external;

    /**
     * @notice Propose the next admin, in place of any earlier proposal.
     */
    function proposeAdmin(address next) external;

    /**
     * @notice Take the role of admin, after the delay. By the proposed admin.
     */
    function acceptAdmin() external;

    /**
     * @notice Take the proposal back.
     */
    function cancelAdminProposal() external;

    /**
     * @notice Stop anchoring for 7 days. Status, operators and accreditation go on.
     */
    function pause() external;

    /**
     * @notice Let anchoring go on before the 7 days are over.
     */
    function unpause() external;

    // ------------------------------------------------------------------ views: records

    /// @notice Return the anchor of a root; all zero if there is none.
    function anchorOf(address issuer, bytes32 root) external view returns (Anchor memory);

    /// @notice Return the status of one index, whole-list words included. Knows nothing of the batch's size.
    function statusOf(address issuer, uint104 list, uint256 index)
        external
        view
        returns (bool revoked, bool suspended);

    /// @notice Return one word of a status list. `purpose` 0 revocation, 1 suspension; word 2^256-1 the whole list.
    function statusWord(address issuer, uint104 list, uint8 purpose, uint256 word)
        external
        view
        returns (uint256);

    /// @notice Return a span; all zero if there is none of that number.
    function spanOf(address issuer, uint16 number) external view returns (Span memory);

    /// @notice Return an operator by number; all zero if there is none.
    function operatorOf(address issuer, uint16 number)
        external
        view
        returns (address operator, Operator memory);

    /// @notice Return the number of an operator; 0 if the address never was one.
    function operatorNumberOf(address issuer, address operator) external view returns (uint16);

    /// @notice Return the counters and the newest span of an issuer.
    function issuerOf(address issuer) external view returns (Issuer memory);

    /// @notice Return both heads of an issuer, with the number of anchors and of acts that they hold.
    function headsOf(address issuer)
        external
        view
        returns (uint224 anchorHead, uint32 anchorCount, uint224 actHead, uint32 actCount);

    /// @notice Return the head over the registry's own events.
    function registryHead() external view returns (uint224 head, uint32 count);

    /// @notice Return whether an accreditor is admitted now.
    function isAccreditor(address accreditor) external view returns (bool);

    /// @notice Return the admin.
    function admin() external view returns (address);

    /// @notice Return the proposed admin and the time from which it can accept; zero if there is none.
    function pendingAdmin() external view returns (address next, uint40 effective);

    /// @notice Return the delay, in seconds, between a proposal and its acceptance.
    function adminDelay() external view returns (uint40);

    /// @notice Return when the pause lapses; in the past or zero: anchoring is open.
    function pausedUntil() external view returns (uint40);

    // ------------------------------------------------------------------ views: verdicts

    /**
     * @notice Return whether digest and index fold to a root that `issuer` anchored, as kind 0, with index < size.
     * @dev Says nothing of accreditation, operators or status: that is `verify`.
     * @param path Sibling hashes from the leaf up, at most 40.
     */
    function verifyInclusion(
        address issuer,
        bytes32 root,
        bytes32 digest,
        uint256 index,
        bytes32[] calldata path
    ) external view returns (bool);

    /**
     * @notice Return whether the registry vouches for a leaf now, and if not, why.
     * @dev WARNING: `OK` says that *some* accreditor vouched for the issuer. Compare `spanOf(issuer, anchor.span)`
     * with accreditors of your choice; validity dates are in the document, not here.
     * @return reason OK, or the first reason against.
     * @return root The root that was folded; zero if the path was too long to fold.
     */
    function verify(VerifyRequest calldata request) external view returns (Reason reason, bytes32 root);

    /**
     * @notice Return the verdict on each leaf, in order; as `verify`.
     */
    function verifyMany(VerifyRequest[] calldata requests) external view returns (Verdict[] memory verdicts);
}
