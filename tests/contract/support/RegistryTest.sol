// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {Anchor, ROLE_ANCHOR, ROLE_STATUS, StatusWord} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Vm} from "./Vm.sol";

/// @notice One registry with an admin, two accreditors, an accredited issuer and an operator with both roles.
abstract contract RegistryTest {
    error Differs(string what, uint256 got, uint256 want);

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint40 internal constant START = 1_750_000_000;
    uint40 internal constant DELAY = 2 days;
    uint40 internal constant SPAN_END = START + 365 days;
    uint40 internal constant OPERATOR_END = START + 180 days;
    uint256 internal constant ISSUER_KEY = 0xA11CE;
    bytes32 internal constant ROOT = keccak256("root");
    uint32 internal constant SIZE = 10_000;
    uint104 internal constant LIST = 0xabcdef0123456789abcdef0123;
    string internal constant DID = "did:web:university.example";
    string internal constant NAME = "Example University";
    string internal constant FRAMEWORK = "https://accreditor.example/rules/1";

    ICredentialRegistry internal registry;
    address internal admin = address(0xAD);
    address internal accreditor = address(0xACC1);
    address internal otherAccreditor = address(0xACC2);
    address internal operator = address(0x0B);
    address internal stranger = address(0x5742);
    address internal issuer;

    function setUp() public virtual {
        vm.warp(START);
        issuer = vm.addr(ISSUER_KEY);
        registry = deploy(admin, DELAY);
        vm.startPrank(admin);
        registry.addAccreditor(accreditor);
        registry.addAccreditor(otherAccreditor);
        vm.stopPrank();
        vm.prank(accreditor);
        registry.accredit(issuer, SPAN_END, DID, NAME, FRAMEWORK);
        vm.prank(issuer);
        registry.addOperator(operator, ROLE_ANCHOR | ROLE_STATUS, OPERATOR_END);
        vm.warp(START + 1 hours);
    }

    /// By its artifact and not by `new`: else every test contract would carry, and compile, the registry once more.
    function deploy(address admin_, uint40 delay) internal returns (ICredentialRegistry) {
        bytes memory arguments = abi.encode(admin_, delay);
        return ICredentialRegistry(vm.deployCode("CredentialRegistry.sol:CredentialRegistry", arguments));
    }

    /// Let the operator anchor ROOT.
    function anchorRoot() internal {
        vm.prank(operator);
        registry.anchor(issuer, ROOT, SIZE, 0, LIST);
    }

    function recordOf(address issuer_, bytes32 root) internal view returns (bytes32) {
        return vm.load(address(registry), keccak256(abi.encode(root, keccak256(abi.encode(issuer_, 0)))));
    }

    function packed(Anchor memory a) internal pure returns (bytes32) {
        return
            bytes32(abi.encodePacked(a.time, a.size, a.sequence, a.operator, a.span, a.kind, a.flags, a.list));
    }

    function oneWord(uint256 word, uint256 mask) internal pure returns (StatusWord[] memory words) {
        words = new StatusWord[](1);
        words[0] = StatusWord(word, mask);
    }

    function equal(string memory what, uint256 got, uint256 want) internal pure {
        if (got != want) revert Differs(what, got, want);
    }

    function equal(string memory what, bytes32 got, bytes32 want) internal pure {
        if (got != want) revert Differs(what, uint256(got), uint256(want));
    }

    function equal(string memory what, address got, address want) internal pure {
        if (got != want) revert Differs(what, uint160(got), uint160(want));
    }

    function check(string memory what, bool holds) internal pure {
        if (!holds) revert Differs(what, 0, 1);
    }
}
