// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorRequest, SignedAnchor} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Officials} from "./Officials.sol";
import {SignedAnchors} from "../support/SignedAnchors.sol";

/// @notice Issuers sign, and anybody sends: at once, late, twice, changed, or what was never signed for this registry.
abstract contract Signatures is Officials {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint40 private constant LONGEST = 30 days;

    struct Kept {
        SignedAnchor request;
        bytes signature;
        bool genuine;
        uint256 effects;
    }

    Kept[] private kept;
    /// One signature led to two anchors, or one that was not the issuer's to any.
    bool public signatureAbused;
    /// Anchors made by signatures.
    uint256 public effects;

    /// Sign, and send nothing yet.
    function sign(uint256 who, uint256 root, uint32 size, uint256 list, uint40 time, uint256 how) external {
        AnchorRequest memory r = requestOf(root, size, list);
        address about = issuer(who);
        uint224 head = how % 4 == 0 ? uint224(anchorHead[about]) : 0;
        SignedAnchor memory request =
            SignedAnchor(about, r.root, r.size, r.kind, r.list, deadlineFrom(time), head);
        Kept storage entry = kept.push();
        entry.request = request;
        (entry.signature, entry.genuine) = signatureOf(request, who % ISSUERS, how / 4);
    }

    function anchorBySig(uint256 by, uint256 which) external {
        if (kept.length == 0) return;
        // Mostly one of the last four, so that few are overtaken by their deadline.
        uint256 n = kept.length - 1;
        which = which % 4 == 0 ? which / 4 % kept.length : n - (which / 4 % 4 > n ? n : which / 4 % 4);
        Kept storage entry = kept[which];
        uint256 made = sendSigned(anybody(by), entry.request, entry.signature, entry.genuine);
        entry.effects += made;
        if (entry.effects > 1 || made != 0 && !entry.genuine) signatureAbused = true;
    }

    /// Send what was signed with one field changed.
    function anchorByChangedSig(uint256 by, uint256 which, uint256 field, uint32 change) external {
        if (kept.length == 0 || change == 0) return;
        Kept storage entry = kept[which % kept.length];
        SignedAnchor memory r = entry.request;
        if (field % 7 == 0) {
            r.issuer = r.issuer == issuer(change) ? issuer(uint256(change) + 1) : issuer(change);
        }
        if (field % 7 == 1) r.root = r.root == rootOf(change) ? bytes32(uint256(change)) : rootOf(change);
        if (field % 7 == 2) r.size ^= change;
        if (field % 7 == 3) r.kind ^= 1;
        if (field % 7 == 4) r.list ^= change;
        if (field % 7 == 5) r.deadline += change % 7 days + 1;
        if (field % 7 == 6) r.expectedHead = r.expectedHead == 0 ? uint224(anchorHead[r.issuer]) : 0;
        if (sendSigned(anybody(by), r, entry.signature, false) != 0) signatureAbused = true;
    }

    /// Send, hold against the rules, and return how many anchors came of it.
    function sendSigned(address sender, SignedAnchor memory s, bytes memory signature, bool genuine)
        private
        returns (uint256 made)
    {
        AnchorRequest memory r = AnchorRequest(s.root, s.size, s.kind, s.list);
        bytes32 record = records[s.issuer][s.root];
        bool late = isAnchored(record) && sizeOf(record) == s.size && kindOf(record) == s.kind
            && listOf(record) == s.list;
        bool fitting = fits(s.issuer, r) && s.deadline >= moment() && s.deadline <= moment() + LONGEST
            && (s.expectedHead == 0 || s.expectedHead == anchorHead[s.issuer]);
        uint256 before = anchorCount[s.issuer];
        bool succeeded = send(sender, abi.encodeCall(registry.anchorBySig, (s, signature)));
        made = anchorCount[s.issuer] - before;
        bool right = judged(
            registry.anchorBySig.selector, succeeded, late || genuine, late || isOpen(), late || fitting
        );
        if (made > 1 || late && made != 0) signatureAbused = true;
        if (right && !late) write(s.issuer, 0, r);
        effects += made;
    }

    // ------------------------------------------------------------------ how it is signed

    function signatureOf(SignedAnchor memory request, uint256 who, uint256 how)
        private
        view
        returns (bytes memory signature, bool genuine)
    {
        how = how % 16;
        uint256 key = how == 0 ? FIRST_KEY + (who + 1) % ISSUERS : FIRST_KEY + who;
        uint256 chain = how == 1 ? block.chainid + 1 : block.chainid;
        address verifying = how == 2 ? address(this) : address(registry);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, SignedAnchors.digestOf(request, chain, verifying));
        if (how == 3) return (abi.encodePacked(r, uint256(s) | uint256(v - 27) << 255), false);
        if (how == 4) return (abi.encodePacked(r, CURVE_ORDER - uint256(s), 55 - v), false);
        if (how == 5) return (abi.encodePacked(r, s, v, v), false);
        if (how == 6) return (abi.encodePacked(r, s, v - 27), false);
        if (how == 7) return ("", false);
        return (abi.encodePacked(r, s, v), how > 2);
    }

    /// A deadline to try: the past, now, the last that is allowed, one too far, or any in between.
    function deadlineFrom(uint40 time) private view returns (uint40) {
        if (time % 16 == 0) return moment();
        if (time % 16 == 1) return moment() - 1;
        if (time % 16 == 2) return moment() + LONGEST;
        if (time % 16 == 3) return moment() + LONGEST + 1;
        return moment() + time % LONGEST;
    }

    function deadlineOf(uint256 which) internal view returns (uint40) {
        return kept.length == 0 ? 0 : kept[which % kept.length].request.deadline;
    }

    // ------------------------------------------------------------------ names

    /// One of the roots; now and then none.
    function rootOf(uint256 seed) internal view returns (bytes32) {
        return seed % 64 == 63 ? bytes32(0) : roots[seed % ROOTS];
    }

    /// An anchor to try; now and then of no root, no leaves, or an unknown kind.
    function requestOf(uint256 root, uint32 size, uint256 list) internal view returns (AnchorRequest memory) {
        uint8 kind = list % 8 == 7 ? 1 : 0;
        if (list % 64 == 0) kind = 2;
        return AnchorRequest(rootOf(root), size % 400, kind, uint104(list / 64 % LISTS));
    }
}
