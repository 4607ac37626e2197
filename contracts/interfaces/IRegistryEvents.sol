// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StatusWord} from "./RegistryTypes.sol";

/**
 * @title Everything the registry says happened. Replayed, the events rebuild its whole state.
 * @notice Three families, each bound by heads that lie in storage (`headsOf`, `registryHead`):
 *
 * - anchors: `Anchored`, two indexed arguments, one head per issuer;
 * - acts: everything else about an issuer, exactly one indexed argument, one head per issuer;
 * - the registry's own: no indexed argument, one head.
 *
 * A head is folded over the raw bytes of the event, so whoever replays needs not know what it means.
 */
interface IRegistryEvents {
    /// @notice A root was anchored. `record`, high to low bits: time 40, size 32, sequence 32, operator 16, span 16,
    /// kind 8, flags 8, list 104.
    event Anchored(address indexed issuer, bytes32 indexed root, bytes32 record);

    // ------------------------------------------------------------------ acts

    /// @notice An accreditor opened a span. `from` is the time of the block.
    event Accredited(
        address indexed issuer,
        uint16 span,
        address accreditor,
        uint40 from,
        uint40 until,
        uint40 time,
        string did,
        string name,
        string framework
    );
    /// @notice A span was cut short: it ends at `until`, which may lie before `time`.
    event AccreditationEnded(
        address indexed issuer, uint16 span, address by, uint40 until, uint8 cause, uint40 time
    );
    /// @notice An issuer gave an address roles for a time.
    event OperatorAdded(
        address indexed issuer,
        uint16 number,
        address operator,
        uint8 roles,
        uint40 from,
        uint40 to,
        uint40 time
    );
    /// @notice An issuer ended the roles of an operator; what the operator did before stands.
    event OperatorRemoved(address indexed issuer, uint16 number, uint40 to, uint40 time);
    /// @notice An issuer disowned what an operator anchored at or after `disavowedFrom`.
    event OperatorDisavowed(address indexed issuer, uint16 number, uint40 disavowedFrom, uint40 time);
    /// @notice An issuer said that an anchor stands, whatever became of the operator who made it.
    event AnchorConfirmed(address indexed issuer, bytes32 root, uint40 time);
    /// @notice An issuer ruled out that a root is ever anchored.
    event AnchorCancelled(address indexed issuer, bytes32 root, uint40 time);
    /// @notice Status bits of a list were set or cleared. Bits that stood so already are no error.
    event StatusChanged(
        address indexed issuer,
        bytes32 root,
        uint104 list,
        uint16 operator,
        uint8 purpose,
        bool set,
        uint8 reason,
        uint40 time,
        StatusWord[] words
    );

    // ------------------------------------------------------------------ the registry's own

    /// @notice An accreditor was admitted.
    event AccreditorAdded(address accreditor, uint40 time);
    /// @notice An accreditor was struck off; the spans it opened run on.
    event AccreditorRemoved(address accreditor, uint40 time);
    /// @notice A new admin was proposed, who can accept from `effective` on. Replaces any earlier proposal.
    event AdminProposed(address admin, uint40 effective, uint40 time);
    /// @notice The proposal was taken back.
    event AdminProposalCancelled(uint40 time);
    /// @notice The role of admin moved; `previous` is zero at the deployment.
    event AdminChanged(address previous, address admin, uint40 time);
    /// @notice Anchoring stopped, until `until` at the latest.
    event Paused(uint40 until, uint40 time);
    /// @notice Anchoring goes on.
    event Unpaused(uint40 time);
}
