// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryOperators} from "./RegistryOperators.sol";
import {
    CAUSE_NONE,
    CAUSE_REPLACED,
    CAUSE_SUSPENDED,
    CAUSE_WITHDRAWN,
    Issuer,
    Span
} from "./interfaces/RegistryTypes.sol";

/**
 * @title Spans of accreditation: who vouches for an issuer, and when.
 * @dev Spans are numbered, appended and never overlap. Of a span only `until`, which never moves later, and `cause`
 * change. The newest span is copied into the issuer's slot; `_open` and `_end` are the only writers of either.
 */
abstract contract RegistryAccreditation is RegistryOperators {
    uint256 private constant MAX_TEXT_BYTES = 1024;

    function accredit(
        address issuer,
        uint40 until,
        string calldata did,
        string calldata name,
        string calldata framework
    ) external returns (uint16) {
        if (!_accreditors[msg.sender]) revert NotAccreditor(msg.sender);
        if (issuer == address(0)) revert ZeroAddress();
        uint16 current = _spanInForce(issuer);
        if (current != 0) {
            address accreditor = _spans[issuer][current].accreditor;
            if (accreditor != msg.sender) revert SpanInForce(issuer, current, accreditor);
            _end(issuer, current, _now(), CAUSE_REPLACED);
        }
        return _open(issuer, msg.sender, until, did, name, framework);
    }

    function suspendAccreditation(address issuer) external {
        uint16 current = _spanInForce(issuer);
        if (current == 0) revert NoSpanInForce(issuer);
        _requireAuthority(issuer, current);
        _end(issuer, current, _now(), CAUSE_SUSPENDED);
    }

    function withdrawAccreditation(address issuer, uint16 span, uint40 until) external {
        Span storage entry = _spans[issuer][span];
        if (entry.accreditor == address(0)) revert SpanUnknown(issuer, span);
        _requireAuthority(issuer, span);
        // A suspension becomes final even if its date stays; anything else must move the end.
        uint40 latest = entry.cause == CAUSE_SUSPENDED ? entry.until : entry.until - 1;
        if (until < entry.from || until > latest) revert TimeOutOfRange(until, entry.from, latest);
        _end(issuer, span, until, CAUSE_WITHDRAWN);
    }

    function reinstateAccreditation(
        address issuer,
        uint40 until,
        string calldata did,
        string calldata name,
        string calldata framework
    ) external returns (uint16) {
        Issuer storage holder = _issuers[issuer];
        uint16 suspended = holder.spanCount;
        if (holder.spanCause != CAUSE_SUSPENDED) revert NotSuspended(issuer, suspended);
        _requireAuthority(issuer, suspended);
        Span storage entry = _spans[issuer][suspended];
        // The new span speaks in the accreditor's name: for the admin, no longer than the accreditor had said, and
        // for nobody once the accreditor is struck off.
        address accreditor = entry.accreditor;
        if (!_accreditors[accreditor]) revert NotAccreditor(accreditor);
        uint40 latest = msg.sender == accreditor ? type(uint40).max : holder.suspendedUntil;
        if (until > latest) revert TimeOutOfRange(until, _now() + 1, latest);
        if (
            keccak256(bytes(did)) != entry.didHash || keccak256(bytes(name)) != entry.nameHash
                || keccak256(bytes(framework)) != entry.frameworkHash
        ) revert TextsDiffer(issuer, suspended);
        return _open(issuer, accreditor, until, did, name, framework);
    }

    function spanOf(address issuer, uint16 number) external view returns (Span memory) {
        return _spans[issuer][number];
    }

    function issuerOf(address issuer) external view returns (Issuer memory) {
        return _issuers[issuer];
    }

    /// Return the span in force now; 0 if there is none.
    function _spanInForce(address issuer) internal view returns (uint16) {
        Issuer storage holder = _issuers[issuer];
        return holder.spanFrom <= _now() && _now() < holder.spanUntil ? holder.spanCount : 0;
    }

    function _open(
        address issuer,
        address accreditor,
        uint40 until,
        string calldata did,
        string calldata name,
        string calldata framework
    ) private returns (uint16 number) {
        uint40 time = _now();
        if (until <= time) revert TimeOutOfRange(until, time + 1, type(uint40).max);
        _requireShort(did);
        _requireShort(name);
        _requireShort(framework);

        Issuer memory holder = _issuers[issuer];
        number = _nextNumber(issuer, holder.spanCount);
        holder.spanCount = number;
        holder.spanFrom = time;
        holder.spanUntil = until;
        holder.spanCause = CAUSE_NONE;
        holder.suspendedUntil = 0;
        _issuers[issuer] = holder;
        _spans[issuer][number] = Span({
            accreditor: accreditor,
            from: time,
            until: until,
            cause: CAUSE_NONE,
            didHash: keccak256(bytes(did)),
            nameHash: keccak256(bytes(name)),
            frameworkHash: keccak256(bytes(framework))
        });
        bytes memory body = abi.encode(number, accreditor, time, until, time, did, name, framework);
        _logAct(issuer, Accredited.selector, body);
    }

    function _end(address issuer, uint16 number, uint40 until, uint8 cause) private {
        Span storage entry = _spans[issuer][number];
        Issuer storage holder = _issuers[issuer];
        if (number == holder.spanCount) {
            holder.suspendedUntil = cause == CAUSE_SUSPENDED ? entry.until : 0;
            holder.spanUntil = until;
            holder.spanCause = cause;
        }
        entry.until = until;
        entry.cause = cause;
        _logAct(issuer, AccreditationEnded.selector, abi.encode(number, msg.sender, until, cause, _now()));
    }

    function _requireAuthority(address issuer, uint16 span) private view {
        bool own = msg.sender == _spans[issuer][span].accreditor && _accreditors[msg.sender];
        if (!own && msg.sender != _admin) revert NotSpanAccreditor(issuer, span, msg.sender);
    }

    function _requireShort(string calldata text) private pure {
        if (bytes(text).length > MAX_TEXT_BYTES) revert TextTooLong(bytes(text).length, MAX_TEXT_BYTES);
    }
}
