// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryHeads} from "./RegistryHeads.sol";
import {Operator, ROLE_ANCHOR, ROLE_STATUS} from "./interfaces/RegistryTypes.sol";

/**
 * @title Operators: addresses that act for an issuer, for a time and in some roles.
 * @dev Every function here is about the sender's own operators. Numbers are never used again and an address is added
 * once, so that the number in an anchor names one key for ever.
 */
abstract contract RegistryOperators is RegistryHeads {
    function addOperator(address operator, uint8 roles, uint40 to) external returns (uint16 number) {
        if (operator == address(0)) revert ZeroAddress();
        if (operator == msg.sender) revert OperatorIsIssuer(msg.sender);
        if (roles == 0 || roles > (ROLE_ANCHOR | ROLE_STATUS)) revert UnknownRoles(roles);
        uint40 time = _now();
        if (to <= time) revert TimeOutOfRange(to, time + 1, type(uint40).max);
        Operator storage entry = _operators[msg.sender][operator];
        if (entry.number != 0) revert OperatorKnown(msg.sender, operator, entry.number);

        number = _nextNumber(msg.sender, _issuers[msg.sender].operatorCount);
        _issuers[msg.sender].operatorCount = number;
        _operators[msg.sender][operator] = Operator(number, time, to, 0, 0, roles);
        _operatorAddresses[msg.sender][number] = operator;
        _logAct(msg.sender, OperatorAdded.selector, abi.encode(number, operator, roles, time, to, time));
    }

    function removeOperator(address operator) external {
        Operator storage entry = _known(operator);
        uint40 time = _now();
        if (time >= entry.to || entry.disavowedAt != 0) revert OperatorEnded(msg.sender, operator);

        entry.to = time;
        _logAct(msg.sender, OperatorRemoved.selector, abi.encode(entry.number, time, time));
    }

    function disavow(address operator, uint40 from) external {
        Operator storage entry = _known(operator);
        uint40 time = _now();
        bool first = entry.disavowedAt == 0;
        uint40 latest = first ? time : entry.disavowedFrom - 1;
        if (from == 0 || from > latest) revert TimeOutOfRange(from, 1, latest);

        entry.disavowedFrom = from;
        if (first) {
            entry.disavowedAt = time;
            // Cannot overflow: counts operators, which are numbered in the same width.
            _issuers[msg.sender].disavowedCount += 1;
        }
        _logAct(msg.sender, OperatorDisavowed.selector, abi.encode(entry.number, from, time));
    }

    function operatorOf(address issuer, uint16 number)
        external
        view
        returns (address operator, Operator memory entry)
    {
        operator = _operatorAddresses[issuer][number];
        entry = _operators[issuer][operator];
    }

    function operatorNumberOf(address issuer, address operator) external view returns (uint16) {
        return _operators[issuer][operator].number;
    }

    /// Return as whom the sender acts for the issuer: 0 the issuer itself, else an operator who holds the role now.
    function _requireRole(address issuer, uint8 role) internal view returns (uint16) {
        if (msg.sender == issuer) return 0;
        Operator storage entry = _operators[issuer][msg.sender];
        bool inForce = entry.from <= _now() && _now() < entry.to && entry.disavowedAt == 0;
        if (!inForce || entry.roles & role == 0) revert NotOperator(issuer, msg.sender, role);
        return entry.number;
    }

    function _nextNumber(address issuer, uint16 count) internal pure returns (uint16) {
        if (count == type(uint16).max) revert NumbersExhausted(issuer);
        return count + 1;
    }

    function _known(address operator) private view returns (Operator storage entry) {
        entry = _operators[msg.sender][operator];
        if (entry.number == 0) revert OperatorUnknown(msg.sender, operator);
    }
}
