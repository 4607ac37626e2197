// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AnchorRequest,
    CAUSE_SUSPENDED,
    FLAG_CANCELLED,
    FLAG_CONFIRMED,
    Reason,
    WHOLE_LIST
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Stage} from "./Stage.sol";

/**
 * @notice The rules, said a second time and in the plainest way: what the registry must hold, and whom it must obey.
 * @dev Written from the documentation. It takes part in nothing that the contract computes: no slot is packed as there,
 * no counter kept, and nothing is read back from the registry.
 */
abstract contract Model is Stage {
    struct Doer {
        uint16 number;
        uint40 from;
        uint40 to;
        uint40 disavowedFrom;
        uint40 disavowedAt;
        uint8 roles;
    }

    struct Term {
        address accreditor;
        uint40 from;
        uint40 until;
        uint8 cause;
        uint256 texts;
        uint40 promised; // the end before a suspension
    }

    bytes32 internal constant CANCELLED = bytes32(uint256(FLAG_CANCELLED) << 104);

    mapping(address issuer => mapping(bytes32 root => bytes32)) public records;
    mapping(address issuer => uint32) public anchors;
    mapping(address issuer => mapping(address operator => Doer)) internal doers;
    mapping(address issuer => address[]) internal doersInOrder;
    mapping(address issuer => Term[]) internal terms;
    mapping(address issuer => mapping(uint104 => mapping(uint8 => mapping(uint256 => uint256)))) public bits;
    mapping(address accreditor => bool) public admitted;
    address public boss;
    address public heir;
    uint40 public heirFrom;
    uint40 public closedUntil;

    // What the registry did against the rules.
    bool public actedWithoutAPart;
    bool public anchoredInAPause;
    bool public acceptedWhatIsWrong;
    bool public refusedWhatIsRight;
    bool public spanGrew;
    bytes4 public culprit;

    constructor() {
        boss = admin();
    }

    /// Compare what happened to a call with what the rules say of it.
    function judged(bytes4 selector, bool succeeded, bool part, bool open, bool fitting)
        internal
        returns (bool)
    {
        bool right = part && open && fitting;
        if (succeeded != right) culprit = selector;
        if (succeeded && !part) actedWithoutAPart = true;
        if (succeeded && !open) anchoredInAPause = true;
        if (succeeded && !fitting) acceptedWhatIsWrong = true;
        if (!succeeded && right) refusedWhatIsRight = true;
        return succeeded && right;
    }

    // ------------------------------------------------------------------ who may

    function mayAct(address who, address sender, uint8 role) internal view returns (bool) {
        if (sender == who) return true;
        Doer storage doer = doers[who][sender];
        return doer.number != 0 && doer.disavowedAt == 0 && moment() < doer.to && doer.roles & role != 0;
    }

    function numberOf(address who, address sender) internal view returns (uint16) {
        return sender == who ? 0 : doers[who][sender].number;
    }

    /// Number of the span in force now, from 1; 0 if there is none.
    function spanNow(address who) internal view returns (uint16) {
        uint256 count = terms[who].length;
        if (count == 0 || moment() >= terms[who][count - 1].until) return 0;
        return uint16(count);
    }

    function mayEnd(address who, uint256 span, address sender) internal view returns (bool) {
        address vouching = terms[who][span - 1].accreditor;
        return sender == boss || sender == vouching && admitted[sender];
    }

    function isOpen() internal view returns (bool) {
        return moment() >= closedUntil;
    }

    // ------------------------------------------------------------------ anchors

    function fits(address who, AnchorRequest memory r) internal view returns (bool) {
        return r.root != 0 && r.size != 0 && r.kind < 2 && records[who][r.root] == 0;
    }

    function write(address who, uint16 by, AnchorRequest memory r) internal {
        uint32 sequence = ++anchors[who];
        records[who][r.root] =
            bytes32(abi.encodePacked(moment(), r.size, sequence, by, spanNow(who), r.kind, uint8(0), r.list));
    }

    function isAnchored(bytes32 record) internal pure returns (bool) {
        return record != 0 && record != CANCELLED;
    }

    function sizeOf(bytes32 record) internal pure returns (uint32) {
        return uint32(uint256(record) >> 184);
    }

    function listOf(bytes32 record) internal pure returns (uint104) {
        return uint104(uint256(record));
    }

    function kindOf(bytes32 record) internal pure returns (uint8) {
        return uint8(uint256(record) >> 112);
    }

    // ------------------------------------------------------------------ verdicts

    /// What `verify` must say of the known leaf of a tree.
    function verdictOf(address who, uint256 root) external view returns (Reason) {
        bytes32 record = records[who][roots[root]];
        if (record == 0) return Reason.NOT_ANCHORED;
        if (record == CANCELLED) return Reason.CANCELLED;
        if (kindOf(record) != 0) return Reason.KIND_UNSUPPORTED;
        if (indexOf(root) >= sizeOf(record)) return Reason.INDEX_OUT_OF_RANGE;
        uint40 time = uint40(uint256(record) >> 216);
        uint16 span = uint16(uint256(record) >> 120);
        if (span == 0 || time >= terms[who][span - 1].until) return Reason.NOT_ACCREDITED;
        if (terms[who][terms[who].length - 1].cause == CAUSE_SUSPENDED) return Reason.ISSUER_SUSPENDED;
        uint16 by = uint16(uint256(record) >> 136);
        bool confirmed = uint256(record) >> 104 & FLAG_CONFIRMED != 0;
        if (by != 0 && !confirmed) {
            Doer storage doer = doers[who][doersInOrder[who][by - 1]];
            if (doer.disavowedAt != 0 && time >= doer.disavowedFrom) return Reason.OPERATOR_DISAVOWED;
        }
        if (hasBit(who, listOf(record), 0, indexOf(root))) return Reason.REVOKED;
        if (hasBit(who, listOf(record), 1, indexOf(root))) return Reason.SUSPENDED;
        return Reason.OK;
    }

    function hasBit(address who, uint104 list, uint8 purpose, uint256 index) private view returns (bool) {
        return bits[who][list][purpose][WHOLE_LIST] != 0
            || bits[who][list][purpose][index / 256] & (1 << (index % 256)) != 0;
    }

    // ------------------------------------------------------------------ what the invariants ask for

    function doerCount(address who) external view returns (uint256) {
        return doersInOrder[who].length;
    }

    function doerOf(address who, uint256 number) external view returns (address, Doer memory) {
        address found = doersInOrder[who][number - 1];
        return (found, doers[who][found]);
    }

    function termCount(address who) external view returns (uint256) {
        return terms[who].length;
    }

    function termOf(address who, uint256 number) external view returns (Term memory) {
        return terms[who][number - 1];
    }

    /// The clock of the block, as wide as the records keep it.
    function moment() internal view returns (uint40) {
        return uint40(block.timestamp);
    }
}
