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

    /// Fold whatever the registry logged since recording began, then look for what must never happen.
    modifier mirrored() {
        _;
        replay(vm.getRecordedLogs());
        watch();
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

    function watch() private {
        for (uint256 i = 0; i < issuers.length; ++i) {
            address issuer = issuers[i];
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

    function anchor(uint256 who, uint256 byOperator, uint256 root, uint32 size) external mirrored {
        address issuer = issuers[who % 3];
        address sender = byOperator % 2 == 0 ? issuer : operators[byOperator % 3];
        bool paused = registry.pausedUntil() > block.timestamp;
        vm.prank(sender);
        try registry.anchor(issuer, rootOf(root), size % 400 + 1, uint8(root % 2), uint104(root % LISTS)) {
            if (paused) brokePause = true;
        } catch {}
    }

    function anchorMany(uint256 who, uint256 root, uint32 size) external mirrored {
        AnchorRequest[] memory requests = new AnchorRequest[](2);
        requests[0] = AnchorRequest(rootOf(root), size % 400 + 1, 0, uint104(root % LISTS));
        requests[1] = AnchorRequest(rootOf(root + 1), size % 300 + 1, 1, uint104(size % LISTS));
        bool paused = registry.pausedUntil() > block.timestamp;
        vm.prank(issuers[who % 3]);
        try registry.anchorMany(issuers[who % 3], requests) {
            if (paused) brokePause = true;
        } catch {}
    }

    function confirmOrCancel(uint256 who, uint256 root, bool cancel) external mirrored {
        vm.prank(issuers[who % 3]);
        if (cancel) {
            try registry.cancel(rootOf(root)) {} catch {}
        } else {
            try registry.confirm(rootOf(root)) {} catch {}
        }
    }

    /// What the issuer may always do: a pause, or anything else, must not stop it.
    function status(uint256 who, uint256 root, uint256 mask, uint256 kind) external mirrored {
        address issuer = issuers[who % 3];
        uint32 size = registry.anchorOf(issuer, rootOf(root)).size;
        if (size == 0) return;
        StatusWord[] memory words = new StatusWord[](1);
        words[0] = kind % 5 == 4
            ? StatusWord(WHOLE_LIST, mask | 1)
            : StatusWord(0, mask % size == 0 ? 1 : 1 << (mask % size % 256));
        if (size < 256 && words[0].word == 0) words[0].mask = 1 << (mask % size);
        vm.prank(issuer);
        if (kind % 3 == 0) {
            try registry.revoke(issuer, rootOf(root), words, uint8(mask % 4)) {
                ++revoked;
            } catch {
                brokePause = true;
            }
        } else if (kind % 3 == 1) {
            try registry.suspend(issuer, rootOf(root), words) {}
            catch {
                brokePause = true;
            }
        } else {
            try registry.reinstate(issuer, rootOf(root), words) {}
            catch {
                brokePause = true;
            }
        }
    }

    function accredit(uint256 who, uint256 by, uint40 length) external mirrored {
        vm.prank(accreditors[by % 2]);
        try registry.accredit(issuers[who % 3], uint40(block.timestamp) + length % 60 days, "d", "n", "f") {}
            catch {}
    }

    function endAccreditation(uint256 who, uint256 by, uint16 span, uint40 until, bool suspend)
        external
        mirrored
    {
        address issuer = issuers[who % 3];
        uint16 count = registry.issuerOf(issuer).spanCount;
        vm.prank(by % 3 == 2 ? admin : accreditors[by % 2]);
        if (suspend) {
            try registry.suspendAccreditation(issuer) {
                ++ended;
            } catch {}
        } else {
            until = uint40(block.timestamp) - 30 days + until % 60 days;
            try registry.withdrawAccreditation(issuer, count == 0 ? 0 : span % count + 1, until) {
                ++ended;
            } catch {}
        }
    }

    function reinstateAccreditation(uint256 who, uint256 by, uint40 length) external mirrored {
        vm.prank(by % 3 == 2 ? admin : accreditors[by % 2]);
        uint40 until = uint40(block.timestamp) + length % 60 days;
        try registry.reinstateAccreditation(issuers[who % 3], until, "d", "n", "f") {} catch {}
    }

    function operate(uint256 who, uint256 which, uint8 roles, uint40 time, uint256 kind) external mirrored {
        vm.prank(issuers[who % 3]);
        if (kind % 4 < 2) {
            uint40 to = uint40(block.timestamp) + time % 60 days;
            try registry.addOperator(operators[which % 3], roles % 4, to) {} catch {}
        } else if (kind % 4 == 2) {
            try registry.removeOperator(operators[which % 3]) {} catch {}
        } else {
            try registry.disavow(operators[which % 3], uint40(block.timestamp) - time % 30 days) {} catch {}
        }
    }

    function administer(uint256 kind, uint256 which) external mirrored {
        vm.startPrank(admin);
        if (kind % 5 == 0) try registry.pause() {} catch {}
        if (kind % 5 == 1) try registry.unpause() {} catch {}
        if (kind % 5 == 2) try registry.addAccreditor(accreditors[which % 2]) {} catch {}
        if (kind % 5 == 3) try registry.removeAccreditor(accreditors[which % 2]) {} catch {}
        if (kind % 5 == 4) try registry.proposeAdmin(issuers[which % 3]) {} catch {}
        vm.stopPrank();
    }

    /// Everything that needs a part, tried by somebody who has none.
    function intrude(uint160 who, uint256 which, uint256 root) external mirrored {
        address sender = address(who | 1 << 159);
        address issuer = issuers[which % 3];
        bytes[] memory calls = new bytes[](14);
        StatusWord[] memory words = new StatusWord[](1);
        words[0] = StatusWord(0, 1);
        calls[0] = abi.encodeCall(registry.anchor, (issuer, rootOf(root), 1, 0, 0));
        calls[1] = abi.encodeCall(registry.revoke, (issuer, rootOf(root), words, 0));
        calls[2] = abi.encodeCall(registry.suspend, (issuer, rootOf(root), words));
        calls[3] = abi.encodeCall(registry.reinstate, (issuer, rootOf(root), words));
        calls[4] = abi.encodeCall(registry.accredit, (issuer, type(uint40).max, "", "", ""));
        calls[5] = abi.encodeCall(registry.suspendAccreditation, (issuer));
        calls[6] = abi.encodeCall(registry.withdrawAccreditation, (issuer, 1, uint40(block.timestamp)));
        calls[7] = abi.encodeCall(registry.reinstateAccreditation, (issuer, type(uint40).max, "d", "n", "f"));
        calls[8] = abi.encodeCall(registry.pause, ());
        calls[9] = abi.encodeCall(registry.unpause, ());
        calls[10] = abi.encodeCall(registry.proposeAdmin, (sender));
        calls[11] = abi.encodeCall(registry.acceptAdmin, ());
        calls[12] = abi.encodeCall(registry.addAccreditor, (sender));
        calls[13] = abi.encodeCall(registry.removeAccreditor, (accreditors[which % 2]));
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(sender);
            (bool done,) = address(registry).call(calls[i]);
            if (done) brokeRoles = true;
        }
    }

    function wait(uint40 time) external {
        vm.warp(block.timestamp + time % 20 days);
    }

    // ------------------------------------------------------------------ names

    function rootOf(uint256 seed) public pure returns (bytes32) {
        return keccak256(abi.encode(seed % ROOTS));
    }

    function first(string memory label, address issuer) private view returns (uint256) {
        return cut(keccak256(abi.encode(label, block.chainid, address(registry), issuer)));
    }

    function cut(bytes32 hash) private pure returns (uint256) {
        return uint256(hash) >> 32;
    }
}
