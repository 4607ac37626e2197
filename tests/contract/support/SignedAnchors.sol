// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignedAnchor} from "../../../contracts/interfaces/RegistryTypes.sol";

/// @notice What an issuer signs, written out from EIP-712 and not taken from the contract.
library SignedAnchors {
    bytes32 internal constant TYPEHASH = keccak256(
        "SignedAnchor(address issuer,bytes32 root,uint32 size,uint8 kind,uint104 list,uint40 deadline,uint224 expectedHead)"
    );
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function digestOf(SignedAnchor memory r, uint256 chain, address verifying)
        internal
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256("Attestree CredentialRegistry"), keccak256("1"), chain, verifying
            )
        );
        bytes32 body = keccak256(
            abi.encode(TYPEHASH, r.issuer, r.root, r.size, r.kind, r.list, r.deadline, r.expectedHead)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, body));
    }
}
