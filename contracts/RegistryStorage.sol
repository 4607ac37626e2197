// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {Issuer, Operator, Span} from "./interfaces/RegistryTypes.sol";

/**
 * @title Where everything lies.
 * @dev The first base contract, so that its slots are 0 to 12 whatever else is inherited. Verifiers read these slots
 * with storage proofs: the layout is published in docs/reference/contract.md and pinned by a test.
 */
abstract contract RegistryStorage is ICredentialRegistry {
    /// Slot 0. What AnchorRecord packs; written once, but for the flag "confirmed".
    mapping(address issuer => mapping(bytes32 root => bytes32 record)) internal _anchors;
    /// Slots 1 and 2. Head in the high 224 bits, count in the low 32; zero stands for the first head and count 0.
    mapping(address issuer => uint256 headAndCount) internal _anchorHeads;
    mapping(address issuer => uint256 headAndCount) internal _actHeads;
    /// Slot 3. 256 status bits a word.
    mapping(
        address issuer
            => mapping(uint104 list => mapping(uint8 purpose => mapping(uint256 word => uint256 bits)))
    ) internal _status;
    /// Slots 4 and 5. Operators by address, and their addresses by number.
    mapping(address issuer => mapping(address operator => Operator)) internal _operators;
    mapping(address issuer => mapping(uint16 number => address operator)) internal _operatorAddresses;
    /// Slot 6. Spans of accreditation by number.
    mapping(address issuer => mapping(uint16 number => Span)) internal _spans;
    /// Slot 7. Counters, and a copy of the newest span: one read where an anchor is made.
    mapping(address issuer => Issuer) internal _issuers;
    /// Slot 8. Packed as the heads of the issuers.
    uint256 internal _registryHeadAndCount;
    /// Slot 9. A whole word, so that it shares its slot with nothing.
    uint256 internal _pausedUntil;
    /// Slot 10.
    address internal _admin;
    /// Slot 11, both. The zero address: nobody is proposed.
    address internal _pendingAdmin;
    uint40 internal _pendingAdminEffective;
    /// Slot 12.
    mapping(address accreditor => bool admitted) internal _accreditors;

    /// The one place where the clock of the chain is read.
    function _now() internal view returns (uint40) {
        return uint40(block.timestamp);
    }
}
