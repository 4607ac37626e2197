// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryStorage} from "./RegistryStorage.sol";

/**
 * @title Heads: running hashes that a replay of the events must land on.
 * @dev A head holds the high 224 bits of a hash, in the high bits of its slot; the count of folds lies below it.
 * Acts and the registry's own events are logged here from the very bytes that are hashed, so that log and head
 * cannot differ. The events are declared, and explained, in IRegistryEvents.
 */
abstract contract RegistryHeads is RegistryStorage {
    function headsOf(address issuer)
        external
        view
        returns (uint224 anchorHead, uint32 anchorCount, uint224 actHead, uint32 actCount)
    {
        (anchorHead, anchorCount) = _split(_anchorHeadAndCount(issuer));
        (actHead, actCount) = _split(_actHeadAndCount(issuer));
    }

    function registryHead() external view returns (uint224 head, uint32 count) {
        return _split(_registryHeadOrFirst());
    }

    /// Emit Anchored and return the issuer's next head, which the caller stores.
    function _foldAnchor(address issuer, uint256 headAndCount, bytes32 root, bytes32 record)
        internal
        returns (uint256)
    {
        emit Anchored(issuer, root, record);
        return _fold(headAndCount, root, record);
    }

    /// Emit an act of one issuer and store the issuer's next act head.
    function _logAct(address issuer, bytes32 topic, bytes memory body) internal {
        assembly ("memory-safe") {
            log2(add(body, 0x20), mload(body), topic, issuer)
        }
        _actHeads[issuer] = _foldEvent(_actHeadAndCount(issuer), topic, body);
    }

    /// Emit an event of the registry itself and store its next head.
    function _logRegistry(bytes32 topic, bytes memory body) internal {
        assembly ("memory-safe") {
            log1(add(body, 0x20), mload(body), topic)
        }
        _registryHeadAndCount = _foldEvent(_registryHeadOrFirst(), topic, body);
    }

    function _anchorHeadAndCount(address issuer) internal view returns (uint256 stored) {
        stored = _anchorHeads[issuer];
        if (stored == 0) {
            return _first(abi.encode("attestree.anchors", block.chainid, address(this), issuer));
        }
    }

    /// The head as it is hashed: a number of 224 bits in 32 bytes.
    function _head(uint256 headAndCount) internal pure returns (bytes32) {
        return bytes32(headAndCount >> 32);
    }

    function _count(uint256 headAndCount) internal pure returns (uint32) {
        return uint32(headAndCount);
    }

    function _actHeadAndCount(address issuer) private view returns (uint256 stored) {
        stored = _actHeads[issuer];
        if (stored == 0) {
            return _first(abi.encode("attestree.acts", block.chainid, address(this), issuer));
        }
    }

    function _registryHeadOrFirst() private view returns (uint256 stored) {
        stored = _registryHeadAndCount;
        if (stored == 0) {
            return _first(abi.encode("attestree.registry", block.chainid, address(this)));
        }
    }

    function _foldEvent(uint256 headAndCount, bytes32 topic, bytes memory body)
        private
        pure
        returns (uint256)
    {
        return _fold(headAndCount, topic, keccak256(body));
    }

    /// Hash head and two words, keep the high 224 bits, and count one more; the count is checked arithmetic.
    function _fold(uint256 headAndCount, bytes32 first, bytes32 second) private pure returns (uint256) {
        bytes32 head = _head(headAndCount);
        bytes32 hash;
        // keccak256(abi.encode(head, first, second)), without taking memory for good.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, head)
            mstore(add(free, 0x20), first)
            mstore(add(free, 0x40), second)
            hash := keccak256(free, 0x60)
        }
        return _cut(hash) | (_count(headAndCount) + 1);
    }

    function _first(bytes memory origin) private pure returns (uint256) {
        return _cut(keccak256(origin));
    }

    function _cut(bytes32 hash) private pure returns (uint256) {
        return uint256(hash) & ~uint256(type(uint32).max);
    }

    function _split(uint256 headAndCount) private pure returns (uint224, uint32) {
        return (uint224(headAndCount >> 32), _count(headAndCount));
    }
}
