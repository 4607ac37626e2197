// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/**
 * @title Everything the registry refuses, with the values that explain it.
 */
interface IRegistryErrors {
    // ------------------------------------------------------------------ arguments

    /// @notice A root of 32 zero bytes stands for nothing.
    error ZeroRoot();
    /// @notice A batch has at least one leaf.
    error ZeroSize();
    /// @notice The zero address cannot hold a part here.
    error ZeroAddress();
    /// @notice Only kinds 0 and 1 are known.
    error UnknownKind(uint8 kind);
    /// @notice Only reasons 0 to 3 are known.
    error UnknownReason(uint8 reason);
    /// @notice Roles are 1 (anchor), 2 (status) or 3 (both).
    error UnknownRoles(uint8 roles);
    /// @notice A list of anchors to make was empty.
    error NoAnchors();
    /// @notice A list of status words was empty.
    error NoWords();
    /// @notice A mask of no bits changes nothing.
    error EmptyMask(uint256 word);
    /// @notice A bit lies outside of the batch.
    error IndexOutOfRange(uint256 index, uint32 size);
    /// @notice A time must lie in `earliest` to `latest`, both included. An empty range: it cannot move any more.
    error TimeOutOfRange(uint40 given, uint40 earliest, uint40 latest);
    /// @notice A text is longer, in bytes, than is kept in an event.
    error TextTooLong(uint256 length, uint256 limit);
    /// @notice The delay of the admin role is out of reason.
    error DelayTooLong(uint40 delay, uint40 limit);
    /// @notice 65,535 spans or operators of one issuer are numbered already.
    error NumbersExhausted(address issuer);

    // ------------------------------------------------------------------ who may

    /// @notice Only the admin may.
    error NotAdmin(address sender);
    /// @notice Only the proposed admin may.
    error NotPendingAdmin(address sender);
    /// @notice Only an admitted accreditor may.
    error NotAccreditor(address sender);
    /// @notice Only the accreditor of this span, while admitted, or the admin may.
    error NotSpanAccreditor(address issuer, uint16 span, address sender);
    /// @notice Only the issuer itself may; no operator can do it for the issuer.
    error NotIssuer(address issuer, address sender);
    /// @notice Only the issuer or an operator who holds `role` now may.
    error NotOperator(address issuer, address sender, uint8 role);
    /// @notice The signature is not the issuer's, for this registry on this chain.
    error BadSignature(address issuer);

    // ------------------------------------------------------------------ anchors

    /// @notice The root is anchored; `record` says when and how. An anchor is written once.
    error AlreadyAnchored(address issuer, bytes32 root, bytes32 record);
    /// @notice The issuer cancelled this root; it can never be anchored.
    error RootCancelled(address issuer, bytes32 root);
    /// @notice The issuer never anchored this root.
    error NotAnchored(address issuer, bytes32 root);
    /// @notice The anchor is confirmed already.
    error AlreadyConfirmed(address issuer, bytes32 root);
    /// @notice Another anchor of the issuer came first.
    error HeadMoved(address issuer, uint224 expected, uint224 actual);
    /// @notice The signed anchor is too old.
    error DeadlinePassed(uint40 deadline, uint40 time);
    /// @notice The signed anchor would stay open for too long.
    error DeadlineTooFar(uint40 deadline, uint40 latest);
    /// @notice No root can be anchored until `until`; status and standing can change.
    error AnchoringPaused(uint40 until);

    // ------------------------------------------------------------------ operators

    /// @notice An address is an operator of an issuer once, for ever.
    error OperatorKnown(address issuer, address operator, uint16 number);
    /// @notice The address was never an operator of the issuer.
    error OperatorUnknown(address issuer, address operator);
    /// @notice The roles of the operator have ended.
    error OperatorEnded(address issuer, address operator);
    /// @notice An issuer needs no operator entry for itself.
    error OperatorIsIssuer(address issuer);

    // ------------------------------------------------------------------ accreditation

    /// @notice Another accreditor vouches for the issuer at present.
    error SpanInForce(address issuer, uint16 span, address accreditor);
    /// @notice Nobody vouches for the issuer at present.
    error NoSpanInForce(address issuer);
    /// @notice The issuer has no span of that number.
    error SpanUnknown(address issuer, uint16 span);
    /// @notice The newest span of the issuer did not end by a suspension.
    error NotSuspended(address issuer, uint16 span);
    /// @notice A reinstatement must repeat the texts of the suspended span, byte for byte.
    error TextsDiffer(address issuer, uint16 span);

    // ------------------------------------------------------------------ administration

    /// @notice The accreditor is admitted already.
    error AccreditorKnown(address accreditor);
    /// @notice The accreditor is not admitted.
    error AccreditorUnknown(address accreditor);
    /// @notice Nobody is proposed as admin.
    error NoAdminProposal();
    /// @notice The proposed admin can accept from `effective` on.
    error AdminDelayRunning(uint40 effective);
    /// @notice Anchoring is paused already, and that cannot be prolonged.
    error AlreadyPaused(uint40 until);
    /// @notice Anchoring is not paused.
    error NotPaused();
}
