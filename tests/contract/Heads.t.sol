// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../contracts/interfaces/ICredentialRegistry.sol";
import {AnchorRequest, StatusWord} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {Vm} from "./support/Vm.sol";

/// @notice Whoever is shown a forged history cannot be led to the heads: of anchors, of acts, of the registry itself.
contract HeadsTest is RegistryTest {
    struct Entry {
        bytes32 first;
        bytes32 second;
    }

    Entry[] internal anchors;
    Entry[] internal acts;

    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        vm.startPrank(issuer);
        for (uint256 i = 0; i < 6; ++i) {
            bytes32 root = keccak256(abi.encode(i));
            registry.anchor(issuer, root, 100, 0, uint104(i));
            registry.revoke(issuer, root, oneWord(0, 1 << i), 0);
            registry.suspend(issuer, root, oneWord(0, 1 << i));
        }
        registry.confirm(keccak256(abi.encode(0)));
        registry.cancel(keccak256("never"));
        registry.disavow(operator, START);
        vm.stopPrank();
        keep(vm.getRecordedLogs());
    }

    /// What an honest node shows.
    function keep(Vm.Log[] memory logs) internal {
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32[] memory topics = logs[i].topics;
            if (logs[i].emitter != address(registry) || topics.length < 2) continue;
            if (topics.length == 3) anchors.push(Entry(topics[2], abi.decode(logs[i].data, (bytes32))));
            else acts.push(Entry(topics[0], keccak256(logs[i].data)));
        }
    }

    function fold(string memory label, Entry[] memory entries) internal view returns (uint256 head) {
        head = uint256(keccak256(abi.encode(label, block.chainid, address(registry), issuer))) >> 32;
        for (uint256 i = 0; i < entries.length; ++i) {
            head = uint256(keccak256(abi.encode(head, entries[i].first, entries[i].second))) >> 32;
        }
    }

    /// Neither head is reached; the honest history reaches both, see the first test.
    function unreached(Entry[] memory forgedAnchors, Entry[] memory forgedActs) internal view {
        (uint224 anchorHead,, uint224 actHead,) = registry.headsOf(issuer);
        check("anchors", fold("attestree.anchors", forgedAnchors) != anchorHead);
        check("acts", fold("attestree.acts", forgedActs) != actHead);
    }

    function testTheHonestHistoryLeadsToBothHeads() public view {
        (uint224 anchorHead, uint32 anchorCount, uint224 actHead, uint32 actCount) = registry.headsOf(issuer);
        equal("anchors", fold("attestree.anchors", anchors), anchorHead);
        equal("acts", fold("attestree.acts", acts), actHead);
        equal("anchor count", anchors.length, anchorCount);
        equal("act count", acts.length, actCount);
        equal("anchor count", anchorCount, 6);
        equal("act count", actCount, 17);
    }

    function testFuzzAHistoryThatOmitsOneEventLeadsElsewhere(uint256 which) public view {
        unreached(without(anchors, which), without(acts, which));
    }

    function testFuzzAHistoryInAnotherOrderLeadsElsewhere(uint256 one, uint256 other) public view {
        vm.assume(one % anchors.length != other % anchors.length && one % acts.length != other % acts.length);
        unreached(swapped(anchors, one, other), swapped(acts, one, other));
    }

    function testFuzzAHistoryThatRepeatsAnEventLeadsElsewhere(uint256 which) public view {
        unreached(repeated(anchors, which), repeated(acts, which));
    }

    function testFuzzAHistoryWithOneBitChangedLeadsElsewhere(uint256 which, uint8 bit, bool second)
        public
        view
    {
        unreached(changed(anchors, which, bit, second), changed(acts, which, bit, second));
    }

    function testAHistoryThatStopsShortIsShortByTheCount() public view {
        (, uint32 anchorCount,, uint32 actCount) = registry.headsOf(issuer);
        equal("anchors", without(anchors, anchors.length - 1).length, anchorCount - 1);
        equal("acts", without(acts, acts.length - 1).length, actCount - 1);
    }

    /// The two families begin at different heads, so one cannot be shown as the other.
    function testActsCannotBeShownAsAnchors() public view {
        unreached(acts, anchors);
        check(
            "first heads", fold("attestree.anchors", new Entry[](0)) != fold("attestree.acts", new Entry[](0))
        );
    }

    /// What another issuer did, or the same issuer in another registry, leads to other heads though the bytes are the same.
    function testTheSameDeedsOfAnotherIssuerOrInAnotherRegistryLeadElsewhere() public {
        ICredentialRegistry other = deploy(admin, DELAY);
        vm.prank(issuer);
        other.anchor(issuer, ROOT, 1, 0, 1);
        vm.prank(stranger);
        registry.anchor(stranger, ROOT, 1, 0, 1);
        vm.prank(stranger);
        other.anchor(stranger, ROOT, 1, 0, 1);
        (uint224 a,,,) = other.headsOf(issuer);
        (uint224 b,,,) = registry.headsOf(stranger);
        (uint224 c,,,) = other.headsOf(stranger);
        equal(
            "same record", registry.anchorOf(stranger, ROOT).sequence, other.anchorOf(issuer, ROOT).sequence
        );
        check("apart", a != b && b != c && a != c);
    }

    // ct-head-collision
    function testFuzzTwoHistoriesOfOneLengthNeverMeet(bytes32 root, uint32 size, uint104 list) public {
        vm.assume(root != 0 && size != 0 && recordOf(issuer, root) == 0);
        (uint224 before,,,) = registry.headsOf(issuer);
        vm.prank(issuer);
        registry.anchor(issuer, root, size, 0, list);
        bytes32 record = recordOf(issuer, root);
        (uint224 head,,,) = registry.headsOf(issuer);
        equal("fold", uint256(head), uint256(keccak256(abi.encode(uint256(before), root, record))) >> 32);
        uint256 swappedFields = uint256(keccak256(abi.encode(uint256(before), record, root))) >> 32;
        uint256 unpadded = uint256(keccak256(abi.encodePacked(before, root, record))) >> 32;
        check("fields have their places", swappedFields != head && unpadded != head);
    }

    /// Words given in one call and the same words in two are different histories.
    function testOneCallAndTwoCallsWithTheSameWordsAreTold() public {
        StatusWord[] memory both = new StatusWord[](2);
        (both[0], both[1]) = (StatusWord(0, 1), StatusWord(0, 2));
        AnchorRequest[] memory one = new AnchorRequest[](1);
        one[0] = AnchorRequest(ROOT, 10, 0, 1);
        vm.startPrank(stranger);
        registry.anchorMany(stranger, one);
        registry.revoke(stranger, ROOT, both, 0);
        vm.stopPrank();
        (,, uint224 head, uint32 count) = registry.headsOf(stranger);
        ICredentialRegistry other = deploy(admin, DELAY);
        vm.startPrank(stranger);
        other.anchor(stranger, ROOT, 10, 0, 1);
        other.revoke(stranger, ROOT, oneWord(0, 1), 0);
        other.revoke(stranger, ROOT, oneWord(0, 2), 0);
        vm.stopPrank();
        (,, uint224 otherHead, uint32 otherCount) = other.headsOf(stranger);
        check("told apart", head != otherHead && count == 1 && otherCount == 2);
    }

    // ------------------------------------------------------------------ how to forge

    function without(Entry[] memory entries, uint256 which) internal pure returns (Entry[] memory forged) {
        forged = new Entry[](entries.length - 1);
        which = which % entries.length;
        for (uint256 i = 0; i < forged.length; ++i) {
            forged[i] = entries[i < which ? i : i + 1];
        }
    }

    function swapped(Entry[] memory entries, uint256 one, uint256 other)
        internal
        pure
        returns (Entry[] memory)
    {
        (uint256 i, uint256 k) = (one % entries.length, other % entries.length);
        (entries[i], entries[k]) = (entries[k], entries[i]);
        return entries;
    }

    function repeated(Entry[] memory entries, uint256 which) internal pure returns (Entry[] memory forged) {
        forged = new Entry[](entries.length + 1);
        which = which % entries.length;
        for (uint256 i = 0; i < forged.length; ++i) {
            forged[i] = entries[i <= which ? i : i - 1];
        }
    }

    function changed(Entry[] memory entries, uint256 which, uint8 bit, bool second)
        internal
        pure
        returns (Entry[] memory forged)
    {
        forged = entries;
        Entry memory entry = entries[which % entries.length];
        bytes32 flip = bytes32(uint256(1) << bit);
        if (second) entry.second ^= flip;
        else entry.first ^= flip;
    }
}
