// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Every type that crosses the edge of the registry, and the numbers that its bytes stand for.
// Times are Unix seconds of the block (uint40). "Until" and "to" are exclusive: in force while from <= t < until.

// Role of an operator: may anchor for the issuer.
uint8 constant ROLE_ANCHOR = 1;
// Role of an operator: may change status for the issuer.
uint8 constant ROLE_STATUS = 2;

// Tree of sorted keccak-256 pairs, as OpenZeppelin's StandardMerkleTree builds it.
uint8 constant KIND_KECCAK = 0;
// Chainpoint tree of ordered SHA-256 pairs; anchored and revoked here, but not folded on chain.
uint8 constant KIND_CHAINPOINT = 1;

// The issuer itself has said that this anchor stands, whatever became of the operator who made it.
uint8 constant FLAG_CONFIRMED = 1;
// The root can never be anchored; such a record has no time.
uint8 constant FLAG_CANCELLED = 2;

// Status purpose: revocation bits are set and never cleared.
uint8 constant PURPOSE_REVOCATION = 0;
// Status purpose: suspension bits are set and cleared.
uint8 constant PURPOSE_SUSPENSION = 1;

// Reason of a revocation: none is given.
uint8 constant REASON_UNSPECIFIED = 0;
// Reason of a revocation: the credential should not have been issued.
uint8 constant REASON_ISSUED_IN_ERROR = 1;
// Reason of a revocation: a newer credential takes its place.
uint8 constant REASON_SUPERSEDED = 2;
// Reason of a revocation: a key that took part can no longer be relied on.
uint8 constant REASON_KEY_COMPROMISE = 3;

// How a span ends: by itself, on its date.
uint8 constant CAUSE_NONE = 0;
// How a span ended: suspended, and may be reinstated by a new span.
uint8 constant CAUSE_SUSPENDED = 1;
// How a span ended: withdrawn, and cannot be reinstated.
uint8 constant CAUSE_WITHDRAWN = 2;
// How a span ended: its accreditor opened a new one in its place.
uint8 constant CAUSE_REPLACED = 3;

// The word number that stands for a whole status list instead of 256 indexes of it.
uint256 constant WHOLE_LIST = type(uint256).max;

/// @notice Why a leaf is not vouched for. The first that applies, in the order of the verifier's walk, not of the numbers.
enum Reason {
    OK,
    NOT_ANCHORED,
    CANCELLED,
    KIND_UNSUPPORTED,
    INDEX_OUT_OF_RANGE,
    NOT_ACCREDITED,
    OPERATOR_DISAVOWED,
    REVOKED,
    SUSPENDED,
    ISSUER_SUSPENDED,
    PATH_TOO_LONG
}

/// @notice One anchor, unpacked. All zero: nothing is anchored there.
struct Anchor {
    uint40 time; // of the block; 0 for a cancelled root
    uint32 size; // leaves, as the issuer claims
    uint32 sequence; // the issuer's anchors are numbered 1, 2, 3 ...
    uint16 operator; // who anchored: 0 the issuer itself, else the operator's number
    uint16 span; // span of accreditation in force at `time`; 0 none
    uint8 kind; // KIND_KECCAK or KIND_CHAINPOINT
    uint8 flags; // FLAG_CONFIRMED | FLAG_CANCELLED
    uint104 list; // random name of the status list
}

/// @notice One root to anchor.
struct AnchorRequest {
    bytes32 root;
    uint32 size;
    uint8 kind;
    uint104 list;
}

/// @notice One root that the issuer has signed for; anybody may send it (EIP-712 type of the same name).
struct SignedAnchor {
    address issuer;
    bytes32 root;
    uint32 size;
    uint8 kind;
    uint104 list;
    uint40 deadline; // last second, at most 30 days ahead
    uint224 expectedHead; // the issuer's anchor head that must stand before; 0 any
}

/// @notice 256 status bits: index i of a list is bit `i & 255` of word `i >> 8`.
struct StatusWord {
    uint256 word;
    uint256 mask;
}

/// @notice Standing of one operator of one issuer. One storage slot; all zero: never added.
struct Operator {
    uint16 number; // from 1, never used again
    uint40 from;
    uint40 to; // exclusive
    uint40 disavowedFrom; // 0 never; anchors at or after it do not count
    uint40 disavowedAt; // when the roles ended by a disavowal; 0 never
    uint8 roles; // ROLE_ANCHOR | ROLE_STATUS
}

/// @notice One period of accreditation. Four slots, the first packed; only `until` (earlier) and `cause` ever change.
struct Span {
    address accreditor;
    uint40 from;
    uint40 until; // exclusive; from == until: a span that never was in force
    uint8 cause;
    bytes32 didHash; // keccak256 of the UTF-8 text in the event Accredited; so are the next two
    bytes32 nameHash;
    bytes32 frameworkHash;
}

/// @notice What the hot paths need to know of an issuer, in one slot. The span fields copy the newest span.
struct Issuer {
    uint16 spanCount;
    uint16 operatorCount;
    uint40 spanFrom;
    uint40 spanUntil;
    uint8 spanCause;
    uint40 suspendedUntil; // the `until` that a suspension cut off: as far as the admin may reinstate; 0 not suspended
    uint16 disavowedCount; // operators that were disavowed; 0 lets `verify` skip the operator's slots
}

/// @notice A leaf to judge: `path` leads from the leaf of (digest, index) up to the root.
struct VerifyRequest {
    address issuer;
    bytes32 digest;
    uint256 index;
    bytes32[] path;
}

/// @notice Answer to one VerifyRequest: `root` is what digest, index and path fold to.
struct Verdict {
    Reason reason;
    bytes32 root;
}
