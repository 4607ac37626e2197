// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {AnchorRequest, Span, StatusWord, WHOLE_LIST} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Vm} from "./Vm.sol";

/**
 * @notice Does what anybody could do, in any order, and keeps a mirror of what the events say.
 * @dev The mirror folds raw logs: it knows three families of events and no event's meaning.
 */
contract Handler {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint104 private constant LISTS = 3;
    uint256 private constant ROOTS = 6;

    ICredentialRegistry public immutable registry;
    address public immutable admin;
    address[2] public accreditors = [address(0xACC1), address(0xACC2)];
    address[3] public issuers = [address(0x1551), address(0x1552), address(0x1553)];
    address[3] public operators = [address(0x0B01), address(0x0B02), address(0x0B03)];

    // What the events add up to.
    mapping(address issuer => uint256) public anchorHead;
    mapping(address issuer => uint256) public anchorCount;
    mapping(address issuer => uint256) public actHead;
    mapping(address issuer => uint256) public actCount;
    uint256 public ownHead;
    uint256 public ownCount;

    // What was seen first, or last.
    mapping(address issuer => mapping(bytes32 root => bytes32 record)) public firstRecord;
    mapping(address issuer => mapping(uint16 span => uint40)) public lastUntil;
    mapping(address issuer => mapping(uint16 span => bytes32)) public firstSpan;
    mapping(address issuer => mapping(uint104 list => mapping(uint256 word => uint256))) public lastRevoked;
    bool public brokeWriteOnce;
    bool public brokeUntil;
    bool public brokeRevocation;
    bool public brokeRoles;
    bool public brokePause;
    uint256 public anchored;
    uint256 public revoked;
    uint256 public ended;

    constructor(ICredentialRegistry registry_, address admin_) {
        registry = registry_;
        admin = admin_;
        ownHead =
            uint256(keccak256(abi.encode("attestree.registry", block.chainid, address(registry_)))) >> 32;
        for (uint256 i = 0; i < issuers.length; ++i) {
            anchorHead[issuers[i]] = first("attestree.anchors", issuers[i]);
            actHead[issuers[i]] = first("attestree.acts", issuers[i]);
        }
    }

    /// Send a call; fold what it logged, then look for what must never happen to the issuer it was about.
    function send(address sender, address issuer, bytes memory call) private returns (bool done) {
        vm.prank(sender);
        (done,) = address(registry).call(call);
        // The recording keeps the logs of a call that was undone.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!done) return false;
        replay(logs);
        watch(issuer);
    }

    function replay(Vm.Log[] memory logs) public {
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32[] memory topics = logs[i].topics;
            if (logs[i].emitter != address(registry)) continue;
            if (topics.length == 3) {
                address issuer = address(uint160(uint256(topics[1])));
                bytes32 record = abi.decode(logs[i].data, (bytes32));
                anchorHead[issuer] = cut(keccak256(abi.encode(anchorHead[issuer], topics[2], record)));
                ++anchorCount[issuer];
                if (firstRecord[issuer][topics[2]] != 0) brokeWriteOnce = true;
                firstRecord[issuer][topics[2]] = record;
                ++anchored;
            } else if (topics.length == 2) {
                address issuer = address(uint160(uint256(topics[1])));
                actHead[issuer] =
                    cut(keccak256(abi.encode(actHead[issuer], topics[0], keccak256(logs[i].data))));
                ++actCount[issuer];
            } else {
                ownHead = cut(keccak256(abi.encode(ownHead, topics[0], keccak256(logs[i].data))));
                ++ownCount;
            }
        }
    }

    function watch(address issuer) private {
        uint16 count = registry.issuerOf(issuer).spanCount;
        for (uint16 n = 1; n <= count; ++n) {
            watchSpan(issuer, n);
        }
        for (uint104 list = 0; list < LISTS; ++list) {
            watchWord(issuer, list, 0);
            watchWord(issuer, list, 1);
            watchWord(issuer, list, WHOLE_LIST);
        }
    }

    function watchSpan(address issuer, uint16 n) private {
        Span memory span = registry.spanOf(issuer, n);
        bytes32 fixed_ = keccak256(
            abi.encode(span.accreditor, span.from, span.didHash, span.nameHash, span.frameworkHash)
        );
        if (firstSpan[issuer][n] == 0) {
            firstSpan[issuer][n] = fixed_;
            lastUntil[issuer][n] = span.until;
        }
        if (firstSpan[issuer][n] != fixed_ || span.until > lastUntil[issuer][n]) brokeUntil = true;
        lastUntil[issuer][n] = span.until;
    }

    function watchWord(address issuer, uint104 list, uint256 word) private {
        uint256 bits = registry.statusWord(issuer, list, 0, word);
        if (bits & lastRevoked[issuer][list][word] != lastRevoked[issuer][list][word]) {
            brokeRevocation = true;
        }
        lastRevoked[issuer][list][word] = bits;
    }

    // ------------------------------------------------------------------ what people do

    function anchor(uint256 who, uint256 byOperator, uint256 root, uint32 size) external {
        address issuer = issuers[who % 3];
        address sender = byOperator % 2 == 0 ? issuer : operators[byOperator % 3];
        AnchorRequest memory r = requestOf(root, size);
        watchPause(
            send(sender, issuer, abi.encodeCall(registry.anchor, (issuer, r.root, r.size, r.kind, r.list)))
        );
    }

    function anchorMany(uint256 who, uint256 root, uint32 size) external {
        address issuer = issuers[who % 3];
        AnchorRequest[] memory requests = new AnchorRequest[](2);
        requests[0] = requestOf(root, size);
        requests[1] = requestOf(root + 1, size);
        watchPause(send(issuer, issuer, abi.encodeCall(registry.anchorMany, (issuer, requests))));
    }

    function confirmOrCancel(uint256 who, uint256 root, bool cancel) external {
        address issuer = issuers[who % 3];
        bytes32 chosen = rootOf(root);
        send(
            issuer,
            issuer,
            cancel ? abi.encodeCall(registry.cancel, (chosen)) : abi.encodeCall(registry.confirm, (chosen))
        );
    }

    /// What the issuer may always do: a pause, or anything else, must not stop it.
    function status(uint256 who, uint256 root, uint256 mask, uint256 kind) external {
        address issuer = issuers[who % 3];
        uint32 size = registry.anchorOf(issuer, rootOf(root)).size;
        if (size == 0) return;
        uint256 index = mask % size;
        StatusWord[] memory words = new StatusWord[](1);
        words[0] =
            kind % 5 == 4 ? StatusWord(WHOLE_LIST, mask | 1) : StatusWord(index >> 8, 1 << (index & 255));
        bytes memory call = abi.encodeCall(registry.reinstate, (issuer, rootOf(root), words));
        if (kind % 3 == 0) {
            call = abi.encodeCall(registry.revoke, (issuer, rootOf(root), words, uint8(mask % 4)));
        }
        if (kind % 3 == 1) call = abi.encodeCall(registry.suspend, (issuer, rootOf(root), words));
        if (!send(issuer, issuer, call)) brokePause = true;
        if (kind % 3 == 0) ++revoked;
    }

    function accredit(uint256 who, uint256 by, uint40 length) external {
        address issuer = issuers[who % 3];
        uint40 until = uint40(block.timestamp) + length % 60 days;
        send(accreditors[by % 2], issuer, abi.encodeCall(registry.accredit, (issuer, until, "d", "n", "f")));
    }

    function endAccreditation(uint256 who, uint256 by, uint16 span, uint40 until, bool suspend) external {
        address issuer = issuers[who % 3];
        uint16 count = registry.issuerOf(issuer).spanCount;
        until = uint40(block.timestamp) - 30 days + until % 60 days;
        bytes memory call = abi.encodeCall(registry.withdrawAccreditation, (issuer, span % count + 1, until));
        if (suspend) call = abi.encodeCall(registry.suspendAccreditation, (issuer));
        if (send(by % 3 == 2 ? admin : accreditors[by % 2], issuer, call)) ++ended;
    }

    function reinstateAccreditation(uint256 who, uint256 by, uint40 length) external {
        address issuer = issuers[who % 3];
        uint40 until = uint40(block.timestamp) + length % 60 days;
        bytes memory call = abi.encodeCall(registry.reinstateAccreditation, (issuer, until, "d", "n", "f"));
        send(by % 3 == 2 ? admin : accreditors[by % 2], issuer, call);
    }

    function operate(uint256 who, uint256 which, uint8 roles, uint40 time, uint256 kind) external {
        address issuer = issuers[who % 3];
        address operator = operators[which % 3];
        uint40 to = uint40(block.timestamp) + time % 60 days;
        uint40 from = uint40(block.timestamp) - time % 30 days;
        bytes memory call = abi.encodeCall(registry.addOperator, (operator, roles % 4, to));
        if (kind % 4 == 2) call = abi.encodeCall(registry.removeOperator, (operator));
        if (kind % 4 == 3) call = abi.encodeCall(registry.disavow, (operator, from));
        send(issuer, issuer, call);
    }

    function administer(uint256 kind, uint256 which) external {
        bytes memory call = abi.encodeCall(registry.pause, ());
        if (kind % 5 == 1) call = abi.encodeCall(registry.unpause, ());
        if (kind % 5 == 2) call = abi.encodeCall(registry.addAccreditor, (accreditors[which % 2]));
        if (kind % 5 == 3) call = abi.encodeCall(registry.removeAccreditor, (accreditors[which % 2]));
        if (kind % 5 == 4) call = abi.encodeCall(registry.proposeAdmin, (issuers[which % 3]));
        send(admin, issuers[0], call);
    }

    /// Everything that needs a part, tried by somebody who has none.
    function intrude(uint160 who, uint256 which, uint256 root) external {
        address sender = address(who | 1 << 159);
        address issuer = issuers[which % 3];
        StatusWord[] memory words = new StatusWord[](1);
        words[0] = StatusWord(0, 1);
        bytes[14] memory calls = [
            abi.encodeCall(registry.anchor, (issuer, rootOf(root), 1, 0, 0)),
            abi.encodeCall(registry.revoke, (issuer, rootOf(root), words, 0)),
            abi.encodeCall(registry.suspend, (issuer, rootOf(root), words)),
            abi.encodeCall(registry.reinstate, (issuer, rootOf(root), words)),
            abi.encodeCall(registry.accredit, (issuer, type(uint40).max, "", "", "")),
            abi.encodeCall(registry.suspendAccreditation, (issuer)),
            abi.encodeCall(registry.withdrawAccreditation, (issuer, 1, uint40(block.timestamp))),
            abi.encodeCall(registry.reinstateAccreditation, (issuer, type(uint40).max, "d", "n", "f")),
            abi.encodeCall(registry.pause, ()),
            abi.encodeCall(registry.unpause, ()),
            abi.encodeCall(registry.proposeAdmin, (sender)),
            abi.encodeCall(registry.acceptAdmin, ()),
            abi.encodeCall(registry.addAccreditor, (sender)),
            abi.encodeCall(registry.removeAccreditor, (accreditors[which % 2]))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            if (send(sender, issuer, calls[i])) brokeRoles = true;
        }
    }

    function wait(uint40 time) external {
        vm.warp(block.timestamp + time % 20 days);
    }

    // ------------------------------------------------------------------ names

    function rootOf(uint256 seed) public pure returns (bytes32) {
        return keccak256(abi.encode(seed % ROOTS));
    }

    function requestOf(uint256 root, uint32 size) private pure returns (AnchorRequest memory) {
        return AnchorRequest(rootOf(root), size % 400 + 1, uint8(root % 2), uint104(root % LISTS));
    }

    function watchPause(bool anchoredNow) private {
        if (anchoredNow && registry.pausedUntil() > block.timestamp) brokePause = true;
    }

    function first(string memory label, address issuer) private view returns (uint256) {
        return cut(keccak256(abi.encode(label, block.chainid, address(registry), issuer)));
    }

    function cut(bytes32 hash) private pure returns (uint256) {
        return uint256(hash) >> 32;
    }
}
