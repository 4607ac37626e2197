// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryHeads} from "./RegistryHeads.sol";

/**
 * @title Who runs the registry: admin, admitted accreditors, pause.
 * @dev The roles are written out here instead of being inherited, because every change must enter the registry head.
 * There is no way to give the role of admin up: it only moves to an address that accepts it.
 */
abstract contract RegistryAdministration is RegistryHeads {
    uint40 private constant PAUSE_SECONDS = 7 days;
    /// A slip of the deployer must not lock the role of admin for good.
    uint40 private constant MAX_ADMIN_DELAY_SECONDS = 30 days;

    uint40 public immutable adminDelay;

    modifier onlyAdmin() {
        if (msg.sender != _admin) revert NotAdmin(msg.sender);
        _;
    }

    constructor(address admin_, uint40 adminDelay_) {
        if (admin_ == address(0)) revert ZeroAddress();
        if (adminDelay_ > MAX_ADMIN_DELAY_SECONDS) revert DelayTooLong(adminDelay_, MAX_ADMIN_DELAY_SECONDS);
        adminDelay = adminDelay_;
        _setAdmin(admin_);
    }

    // ------------------------------------------------------------------ accreditors

    function addAccreditor(address accreditor) external onlyAdmin {
        if (accreditor == address(0)) revert ZeroAddress();
        if (_accreditors[accreditor]) revert AccreditorKnown(accreditor);
        _accreditors[accreditor] = true;
        _logRegistry(AccreditorAdded.selector, abi.encode(accreditor, _now()));
    }

    function removeAccreditor(address accreditor) external onlyAdmin {
        if (!_accreditors[accreditor]) revert AccreditorUnknown(accreditor);
        _accreditors[accreditor] = false;
        _logRegistry(AccreditorRemoved.selector, abi.encode(accreditor, _now()));
    }

    function isAccreditor(address accreditor) external view returns (bool) {
        return _accreditors[accreditor];
    }

    // ------------------------------------------------------------------ admin

    function proposeAdmin(address next) external onlyAdmin {
        if (next == address(0)) revert ZeroAddress();
        uint40 effective = _now() + adminDelay;
        _pendingAdmin = next;
        _pendingAdminEffective = effective;
        _logRegistry(AdminProposed.selector, abi.encode(next, effective, _now()));
    }

    function acceptAdmin() external {
        address next = _pendingAdmin;
        // A call can be simulated from the zero address, which "nobody" must not be mistaken for.
        if (next == address(0) || msg.sender != next) revert NotPendingAdmin(msg.sender);
        if (_now() < _pendingAdminEffective) revert AdminDelayRunning(_pendingAdminEffective);
        _clearProposal();
        _setAdmin(next);
    }

    function cancelAdminProposal() external onlyAdmin {
        if (_pendingAdmin == address(0)) revert NoAdminProposal();
        _clearProposal();
        _logRegistry(AdminProposalCancelled.selector, abi.encode(_now()));
    }

    function admin() external view returns (address) {
        return _admin;
    }

    function pendingAdmin() external view returns (address next, uint40 effective) {
        return (_pendingAdmin, _pendingAdminEffective);
    }

    // ------------------------------------------------------------------ pause

    function pause() external onlyAdmin {
        if (_isPaused()) revert AlreadyPaused(uint40(_pausedUntil));
        uint40 until = _now() + PAUSE_SECONDS;
        _pausedUntil = until;
        _logRegistry(Paused.selector, abi.encode(until, _now()));
    }

    function unpause() external onlyAdmin {
        if (!_isPaused()) revert NotPaused();
        _pausedUntil = 0;
        _logRegistry(Unpaused.selector, abi.encode(_now()));
    }

    function pausedUntil() external view returns (uint40) {
        return uint40(_pausedUntil);
    }

    function _requireNotPaused() internal view {
        if (_isPaused()) revert AnchoringPaused(uint40(_pausedUntil));
    }

    function _isPaused() private view returns (bool) {
        return _now() < _pausedUntil;
    }

    function _setAdmin(address next) private {
        address previous = _admin;
        _admin = next;
        _logRegistry(AdminChanged.selector, abi.encode(previous, next, _now()));
    }

    function _clearProposal() private {
        _pendingAdmin = address(0);
        _pendingAdminEffective = 0;
    }
}
