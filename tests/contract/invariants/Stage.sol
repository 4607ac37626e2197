// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {Tree} from "../support/Tree.sol";
import {Vm} from "../support/Vm.sol";
import {OwnedWallet} from "../support/Wallets.sol";

/**
 * @notice One registry, everybody who may call it, and what the logs of their calls add up to.
 * @dev The heads are folded from raw logs: this knows three families of events and no event's meaning.
 */
abstract contract Stage {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint40 internal constant DELAY = 2 days;
    uint256 public constant ISSUERS = 4;
    uint256 public constant OPERATORS = 6;
    uint256 public constant ROOTS = 16;
    uint104 public constant LISTS = 3;
    uint256 internal constant DEPTH = 2;
    uint256 internal constant FIRST_KEY = 0xA110;

    ICredentialRegistry public immutable registry;
    /// Four issuers (the last a contract account), six operators, two accreditors, the first admin, an heir, a stranger.
    address[15] public actors;
    /// Each root is that of a little tree, so that verdicts can be asked for.
    bytes32[ROOTS] public roots;
    mapping(uint256 root => bytes32[]) internal paths;

    mapping(address issuer => uint256) public anchorHead;
    mapping(address issuer => uint256) public anchorCount;
    mapping(address issuer => uint256) public actHead;
    mapping(address issuer => uint256) public actCount;
    uint256 public ownHead;
    uint256 public ownCount;

    mapping(bytes4 selector => uint256 calls) public sent;
    mapping(bytes4 selector => uint256 calls) public done;
    /// An anchor was announced twice, or storage holds another word than its event.
    bool public announcedWrongly;
    mapping(address issuer => mapping(bytes32 root => bool)) private announced;

    constructor() {
        vm.recordLogs();
        for (uint256 i = 0; i < ISSUERS - 1; ++i) {
            actors[i] = vm.addr(FIRST_KEY + i);
        }
        actors[3] = address(new OwnedWallet(vm.addr(FIRST_KEY + 3)));
        for (uint256 i = ISSUERS; i < actors.length; ++i) {
            actors[i] = address(uint160(0xAC70000 + i));
        }
        for (uint256 i = 0; i < ROOTS; ++i) {
            (paths[i], roots[i]) = Tree.climb(Tree.leaf(digestOf(i), indexOf(i)), DEPTH);
        }
        registry = ICredentialRegistry(
            vm.deployCode("CredentialRegistry.sol:CredentialRegistry", abi.encode(admin(), DELAY))
        );
        ownHead = uint256(keccak256(abi.encode("attestree.registry", block.chainid, address(registry)))) >> 32;
        for (uint256 i = 0; i < actors.length; ++i) {
            anchorHead[actors[i]] = first("attestree.anchors", actors[i]);
            actHead[actors[i]] = first("attestree.acts", actors[i]);
        }
        replay(vm.getRecordedLogs());
    }

    function issuer(uint256 seed) public view returns (address) {
        return actors[seed % ISSUERS];
    }

    function operator(uint256 seed) public view returns (address) {
        return actors[ISSUERS + seed % OPERATORS];
    }

    function accreditor(uint256 seed) public view returns (address) {
        return actors[ISSUERS + OPERATORS + seed % 2];
    }

    function admin() public view returns (address) {
        return actors[ISSUERS + OPERATORS + 2];
    }

    function anybody(uint256 seed) public view returns (address) {
        return actors[seed % actors.length];
    }

    /// Document of the leaf that is known of each tree.
    function digestOf(uint256 root) public pure returns (bytes32) {
        return keccak256(abi.encode("document", root));
    }

    /// Place of that leaf; some lie outside of smaller batches.
    function indexOf(uint256 root) public pure returns (uint256) {
        return root * 23;
    }

    function pathOf(uint256 root) public view returns (bytes32[] memory) {
        return paths[root];
    }

    /// Send a call as somebody, and fold what it logged.
    function send(address sender, bytes memory call) internal returns (bool succeeded) {
        vm.prank(sender);
        (succeeded,) = address(registry).call(call);
        // The recording keeps the logs of a call that was undone.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        ++sent[bytes4(call)];
        if (!succeeded) return false;
        ++done[bytes4(call)];
        replay(logs);
    }

    function replay(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32[] memory topics = logs[i].topics;
            if (logs[i].emitter != address(registry)) continue;
            if (topics.length == 3) {
                address who = address(uint160(uint256(topics[1])));
                bytes32 record = abi.decode(logs[i].data, (bytes32));
                anchorHead[who] = cut(keccak256(abi.encode(anchorHead[who], topics[2], record)));
                ++anchorCount[who];
                if (announced[who][topics[2]] || recordOf(who, topics[2]) != record) announcedWrongly = true;
                announced[who][topics[2]] = true;
            } else if (topics.length == 2) {
                address who = address(uint160(uint256(topics[1])));
                actHead[who] = cut(keccak256(abi.encode(actHead[who], topics[0], keccak256(logs[i].data))));
                ++actCount[who];
            } else {
                ownHead = cut(keccak256(abi.encode(ownHead, topics[0], keccak256(logs[i].data))));
                ++ownCount;
            }
        }
    }

    /// The word in storage, past every view.
    function recordOf(address who, bytes32 root) public view returns (bytes32) {
        return vm.load(address(registry), keccak256(abi.encode(root, keccak256(abi.encode(who, 0)))));
    }

    function first(string memory label, address who) private view returns (uint256) {
        return cut(keccak256(abi.encode(label, block.chainid, address(registry), who)));
    }

    function cut(bytes32 hash) private pure returns (uint256) {
        return uint256(hash) >> 32;
    }
}
