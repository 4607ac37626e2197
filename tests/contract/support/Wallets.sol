// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {SignedAnchor} from "../../../contracts/interfaces/RegistryTypes.sol";

bytes4 constant MAGIC = 0x1626ba7e;

/// @notice A contract account that answers ERC-1271 in a way chosen at its making.
contract Wallet {
    enum Answer {
        YES,
        OTHER_WORD,
        DIRTY_WORD,
        SHORT,
        NOTHING,
        REVERT,
        REVERT_WITH_YES,
        THIRTY_THREE_BYTES_SHIFTED,
        HUGE,
        BURN
    }

    Answer private immutable answer;

    constructor(Answer answer_) {
        answer = answer_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        Answer chosen = answer;
        bytes32 yes = MAGIC;
        if (chosen == Answer.REVERT) revert("no");
        if (chosen == Answer.BURN) while (true) {}
        assembly {
            mstore(0, yes)
            switch chosen
            case 0 { return(0, 32) }
            case 1 {
                mstore(0, not(0))
                return(0, 32)
            }
            case 2 {
                mstore(0, or(yes, 1))
                return(0, 32)
            }
            case 3 { return(0, 31) }
            case 4 { return(0, 0) }
            case 6 { revert(0, 32) }
            case 7 {
                mstore(0, shr(8, yes))
                return(0, 33)
            }
            default {
                mstore(0, not(0))
                return(0, 1048576)
            }
        }
    }
}

/// @notice A contract account that says yes, after it tried to anchor by every way while it was asked.
contract ReenteringWallet {
    /// A write in a static call burns all the gas that it was given; the wallet wants to live on.
    uint256 private constant INNER_GAS = 200_000;

    ICredentialRegistry private immutable registry;

    constructor(ICredentialRegistry registry_) {
        registry = registry_;
    }

    function isValidSignature(bytes32, bytes calldata signature) external returns (bytes4) {
        if (signature.length > 1) {
            SignedAnchor memory request = abi.decode(signature, (SignedAnchor));
            try registry.anchorBySig{gas: INNER_GAS}(request, "i") {} catch {}
            request.root = keccak256("inner");
            try registry.anchorBySig{gas: INNER_GAS}(request, "i") {} catch {}
            try registry.anchor{gas: INNER_GAS}(address(this), request.root, 1, 0, 1) {} catch {}
            try registry.cancel{gas: INNER_GAS}(request.root) {} catch {}
        }
        return MAGIC;
    }
}

/// @notice A contract account that says yes to the signature of one key.
contract OwnedWallet {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        return problem == ECDSA.RecoverError.NoError && signer == owner ? MAGIC : bytes4(0);
    }
}

/// @notice A contract account that says yes until it is turned, and then no.
contract FickleWallet {
    bool private turned;

    function turn() external {
        turned = !turned;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return turned ? bytes4(0) : MAGIC;
    }
}
