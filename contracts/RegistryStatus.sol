// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorRecord} from "./AnchorRecord.sol";
import {RegistryAnchors} from "./RegistryAnchors.sol";
import {
    PURPOSE_REVOCATION,
    PURPOSE_SUSPENSION,
    REASON_KEY_COMPROMISE,
    REASON_UNSPECIFIED,
    ROLE_STATUS,
    StatusWord,
    WHOLE_LIST
} from "./interfaces/RegistryTypes.sol";

/**
 * @title Status: one bit a credential and purpose, many words in one transaction.
 * @dev Not stopped by a pause: what harms a credential can always be said. Masks are merged, so sending one twice does
 * no harm and needs no reading first.
 */
abstract contract RegistryStatus is RegistryAnchors {
    using AnchorRecord for bytes32;

    function revoke(address issuer, bytes32 root, StatusWord[] calldata words, uint8 reason) external {
        if (reason > REASON_KEY_COMPROMISE) revert UnknownReason(reason);
        _change(issuer, root, words, PURPOSE_REVOCATION, true, reason);
    }

    function suspend(address issuer, bytes32 root, StatusWord[] calldata words) external {
        _change(issuer, root, words, PURPOSE_SUSPENSION, true, REASON_UNSPECIFIED);
    }

    function reinstate(address issuer, bytes32 root, StatusWord[] calldata words) external {
        _change(issuer, root, words, PURPOSE_SUSPENSION, false, REASON_UNSPECIFIED);
    }

    function statusOf(address issuer, uint104 list, uint256 index)
        external
        view
        returns (bool revoked, bool suspended)
    {
        revoked = _hasStatus(issuer, list, PURPOSE_REVOCATION, index);
        suspended = _hasStatus(issuer, list, PURPOSE_SUSPENSION, index);
    }

    function statusWord(address issuer, uint104 list, uint8 purpose, uint256 word)
        external
        view
        returns (uint256)
    {
        return _status[issuer][list][purpose][word];
    }

    function _hasStatus(address issuer, uint104 list, uint8 purpose, uint256 index)
        internal
        view
        returns (bool)
    {
        mapping(uint256 word => uint256 bits) storage bitmap = _status[issuer][list][purpose];
        return bitmap[index >> 8] >> (index & 255) & 1 != 0 || bitmap[WHOLE_LIST] != 0;
    }

    function _change(
        address issuer,
        bytes32 root,
        StatusWord[] calldata words,
        uint8 purpose,
        bool set,
        uint8 reason
    ) private {
        uint16 operator = _requireRole(issuer, ROLE_STATUS);
        if (words.length == 0) revert NoWords();
        uint104 list = _merge(issuer, root, operator, words, purpose, set);
        bytes memory body = abi.encode(root, list, operator, purpose, set, reason, _now(), words);
        _logAct(issuer, StatusChanged.selector, body);
    }

    /// Set or clear the masked bits of a batch, and return the list that they are in.
    function _merge(
        address issuer,
        bytes32 root,
        uint16 operator,
        StatusWord[] calldata words,
        uint8 purpose,
        bool set
    ) private returns (uint104 list) {
        bytes32 record = _requireAnchored(issuer, root);
        list = record.listOf();
        mapping(uint256 word => uint256 bits) storage bitmap = _status[issuer][list][purpose];
        for (uint256 i = 0; i < words.length; ++i) {
            StatusWord calldata change = words[i];
            if (change.mask == 0) revert EmptyMask(change.word);
            if (change.word == WHOLE_LIST) {
                if (operator != 0) revert NotIssuer(issuer, msg.sender);
            } else {
                _requireInside(change, record.sizeOf());
            }
            uint256 bits = bitmap[change.word];
            bitmap[change.word] = set ? bits | change.mask : bits & ~change.mask;
        }
    }

    /// Refuse the first index outside of the batch.
    function _requireInside(StatusWord calldata change, uint32 size) private pure {
        uint256 lastWord = (size - 1) >> 8;
        if (change.word > lastWord) revert IndexOutOfRange(_firstIndex(change.word), size);
        if (change.word == lastWord) {
            uint256 used = uint256(size) - (lastWord << 8); // 1 to 256
            if (used < 256 && change.mask >> used != 0) revert IndexOutOfRange(size, size);
        }
    }

    /// First index of a word, or the largest number where that is no number at all.
    function _firstIndex(uint256 word) private pure returns (uint256) {
        return word > type(uint256).max >> 8 ? type(uint256).max : word << 8;
    }
}
