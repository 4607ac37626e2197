// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Anchor, AnchorRequest, FLAG_CANCELLED, FLAG_CONFIRMED} from "./interfaces/RegistryTypes.sol";

/**
 * @title The one word that an anchor is.
 * @dev High to low bits: time 40 | size 32 | sequence 32 | operator 16 | span 16 | kind 8 | flags 8 | list 104.
 * Packed by hand, not as a struct, because events and heads carry the very word that storage holds.
 */
library AnchorRecord {
    uint256 private constant TIME = 216;
    uint256 private constant SIZE = 184;
    uint256 private constant SEQUENCE = 152;
    uint256 private constant OPERATOR = 136;
    uint256 private constant SPAN = 120;
    uint256 private constant KIND = 112;
    uint256 private constant FLAGS = 104;

    /// A root that can never be anchored: no time, and nothing else either.
    bytes32 internal constant CANCELLED = bytes32(uint256(FLAG_CANCELLED) << FLAGS);

    /// Return what all anchors of one transaction have in common.
    function common(uint40 time, uint16 operator, uint16 span) internal pure returns (uint256) {
        return uint256(time) << TIME | uint256(operator) << OPERATOR | uint256(span) << SPAN;
    }

    function pack(uint256 common_, uint32 sequence, AnchorRequest memory request)
        internal
        pure
        returns (bytes32)
    {
        return bytes32(
            common_ | uint256(request.size) << SIZE | uint256(sequence) << SEQUENCE | uint256(request.kind)
                << KIND | request.list
        );
    }

    function unpack(bytes32 record) internal pure returns (Anchor memory) {
        return Anchor({
            time: timeOf(record),
            size: sizeOf(record),
            sequence: uint32(uint256(record) >> SEQUENCE),
            operator: operatorOf(record),
            span: spanOf(record),
            kind: kindOf(record),
            flags: uint8(uint256(record) >> FLAGS),
            list: listOf(record)
        });
    }

    function confirmed(bytes32 record) internal pure returns (bytes32) {
        return record | bytes32(uint256(FLAG_CONFIRMED) << FLAGS);
    }

    function isConfirmed(bytes32 record) internal pure returns (bool) {
        return uint256(record) >> FLAGS & FLAG_CONFIRMED != 0;
    }

    function timeOf(bytes32 record) internal pure returns (uint40) {
        return uint40(uint256(record) >> TIME);
    }

    function sizeOf(bytes32 record) internal pure returns (uint32) {
        return uint32(uint256(record) >> SIZE);
    }

    function operatorOf(bytes32 record) internal pure returns (uint16) {
        return uint16(uint256(record) >> OPERATOR);
    }

    function spanOf(bytes32 record) internal pure returns (uint16) {
        return uint16(uint256(record) >> SPAN);
    }

    function kindOf(bytes32 record) internal pure returns (uint8) {
        return uint8(uint256(record) >> KIND);
    }

    function listOf(bytes32 record) internal pure returns (uint104) {
        return uint104(uint256(record));
    }
}
