// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";

/// @notice The cheat codes of halmos that the proofs use, and those of forge that halmos understands.
interface Svm {
    function createAddress(string calldata name) external returns (address);
    function createBytes(uint256 size, string calldata name) external returns (bytes memory);
    function createCalldata(string calldata contractName) external returns (bytes memory);
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function enableSymbolicStorage(address target) external;
}

interface ProofVm {
    function assume(bool condition) external pure;
    function deal(address account, uint256 wei_) external;
    function getCode(string calldata artifact) external view returns (bytes memory);
    function load(address target, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function warp(uint256 time) external;
}

/**
 * @notice The registry in any state whatever, at any time, and any call by anybody.
 * @dev halmos runs `check_...` with every value left open, and looks for values that break an assertion. Storage is open
 * too: what holds for one call in any state, holds after any number of calls. The code is that which is deployed.
 */
abstract contract ProofTest {
    Svm internal constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
    ProofVm internal constant vm = ProofVm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant ARTIFACT = "build/halmos/out/CredentialRegistry.sol/CredentialRegistry.json";
    uint40 internal constant DELAY = 2 days;

    ICredentialRegistry internal registry;

    function setUp() public {
        bytes memory creation = bytes.concat(vm.getCode(ARTIFACT), abi.encode(address(0xAD), DELAY));
        address made;
        assembly ("memory-safe") {
            made := create(0, add(creation, 0x20), mload(creation))
        }
        require(made != address(0));
        registry = ICredentialRegistry(made);
        svm.enableSymbolicStorage(made);
        // The clock of a block, away from the ends of its 40 bits.
        uint256 time = svm.createUint(40, "time");
        vm.assume(time > 60 days && time < type(uint40).max - 60 days);
        vm.warp(time);
    }

    /// Any function that changes anything, with any arguments, by anybody, obeyed.
    function anyCall(address sender) internal returns (bytes4 selector) {
        bytes memory call = svm.createCalldata("CredentialRegistry");
        vm.prank(sender);
        (bool done,) = address(registry).call(call);
        vm.assume(done);
        return bytes4(call);
    }

    // ------------------------------------------------------------------ storage, past every view

    function slot(bytes32 key) internal view returns (uint256) {
        return uint256(vm.load(address(registry), key));
    }

    function recordOf(address issuer, bytes32 root) internal view returns (bytes32) {
        return bytes32(slot(keccak256(abi.encode(root, keccak256(abi.encode(issuer, 0))))));
    }

    function operatorOf(address issuer, address operator) internal view returns (Doer memory) {
        uint256 word = slot(keccak256(abi.encode(operator, keccak256(abi.encode(issuer, 4)))));
        return Doer({
            number: uint16(word),
            from: uint40(word >> 16),
            to: uint40(word >> 56),
            disavowedFrom: uint40(word >> 96),
            disavowedAt: uint40(word >> 136),
            roles: uint8(word >> 176)
        });
    }

    function pausedUntil() internal view returns (uint256) {
        return slot(bytes32(uint256(9)));
    }

    /// Without a jump, which would double the paths of a proof.
    function isOperator(address issuer, address sender, uint8 role) internal view returns (bool inForce) {
        Doer memory doer = operatorOf(issuer, sender);
        (uint256 from, uint256 to, uint256 gone) = (doer.from, doer.to, doer.disavowedAt);
        uint256 roles = doer.roles & role;
        assembly ("memory-safe") {
            inForce := and(iszero(gt(from, timestamp())), lt(timestamp(), to))
            inForce := and(inForce, and(iszero(gone), gt(roles, 0)))
        }
    }

    struct Doer {
        uint16 number;
        uint40 from;
        uint40 to;
        uint40 disavowedFrom;
        uint40 disavowedAt;
        uint8 roles;
    }
}
