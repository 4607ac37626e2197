// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AnchorRequest,
    FLAG_CONFIRMED,
    REASON_KEY_COMPROMISE,
    ROLE_ANCHOR,
    ROLE_STATUS,
    StatusWord,
    WHOLE_LIST
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Signatures} from "./Signatures.sol";

/**
 * @notice What issuers and operators do, and everybody else tries; with the deeds of the bases, one for each function of
 * the registry. Before each call the model says what must happen, and the call is held against it.
 */
contract Handler is Signatures {
    /// Ether was taken.
    bool public tookEther;

    // ------------------------------------------------------------------ anchors

    function anchor(uint256 who, uint256 by, uint256 root, uint32 size, uint256 list) external {
        address about = issuer(who);
        address sender = anchorer(about, by);
        AnchorRequest memory r = requestOf(root, size, list);
        bool part = mayAct(about, sender, ROLE_ANCHOR);
        bool fitting = fits(about, r);
        bool succeeded =
            send(sender, abi.encodeCall(registry.anchor, (about, r.root, r.size, r.kind, r.list)));
        if (judged(registry.anchor.selector, succeeded, part, isOpen(), fitting)) {
            write(about, numberOf(about, sender), r);
        }
    }

    function anchorAt(uint256 who, uint256 by, uint256 root, uint32 size, uint256 list, uint224 head)
        external
    {
        address about = issuer(who);
        address sender = anchorer(about, by);
        AnchorRequest memory r = requestOf(root, size, list);
        if (head % 4 != 0) head = uint224(anchorHead[about]);
        bool part = mayAct(about, sender, ROLE_ANCHOR);
        bool fitting = fits(about, r) && head == anchorHead[about];
        bool succeeded =
            send(sender, abi.encodeCall(registry.anchorAt, (about, r.root, r.size, r.kind, r.list, head)));
        if (judged(registry.anchorAt.selector, succeeded, part, isOpen(), fitting)) {
            write(about, numberOf(about, sender), r);
        }
    }

    function anchorMany(uint256 who, uint256 by, uint256 root, uint32 size, uint256 count) external {
        address about = issuer(who);
        address sender = anchorer(about, by);
        AnchorRequest[] memory list = new AnchorRequest[](count % 4);
        bool fitting = list.length != 0;
        for (uint256 i = 0; i < list.length; ++i) {
            // A step of zero names one root twice.
            list[i] = requestOf(root % ROOTS + i * (count / 4 % 8 == 0 ? 0 : 1), size, count / 32 + i);
            fitting = fitting && fits(about, list[i]) && (i == 0 || list[i].root != list[i - 1].root);
        }
        bool part = mayAct(about, sender, ROLE_ANCHOR);
        bool succeeded = send(sender, abi.encodeCall(registry.anchorMany, (about, list)));
        if (!judged(registry.anchorMany.selector, succeeded, part, isOpen(), fitting)) return;
        for (uint256 i = 0; i < list.length; ++i) {
            write(about, numberOf(about, sender), list[i]);
        }
    }

    function confirm(uint256 who, uint256 root) external {
        address sender = self(who);
        bytes32 chosen = anchoredRootOf(sender, root);
        bytes32 flag = bytes32(uint256(FLAG_CONFIRMED) << 104);
        bytes32 record = records[sender][chosen];
        bool fitting = isAnchored(record) && record & flag == 0;
        bool succeeded = send(sender, abi.encodeCall(registry.confirm, (chosen)));
        if (judged(registry.confirm.selector, succeeded, true, true, fitting)) {
            records[sender][chosen] = record | flag;
        }
    }

    function cancel(uint256 who, uint256 root) external {
        // Seldom one of the roots, for a cancelled one is lost to everything else.
        address sender = self(who);
        bytes32 chosen = root % 4 == 0 ? rootOf(root / 4) : keccak256(abi.encode(root % 32));
        bool fitting = chosen != 0 && records[sender][chosen] == 0;
        bool succeeded = send(sender, abi.encodeCall(registry.cancel, (chosen)));
        if (judged(registry.cancel.selector, succeeded, true, true, fitting)) {
            records[sender][chosen] = CANCELLED;
        }
    }

    // ------------------------------------------------------------------ status

    function revoke(uint256 who, uint256 by, uint256 root, uint256 mask, uint256 choice, uint256 reason)
        external
    {
        change(registry.revoke.selector, who, by, root, mask, choice, uint8(reason % 8 == 7 ? 4 : reason % 4));
    }

    function suspend(uint256 who, uint256 by, uint256 root, uint256 mask, uint256 choice) external {
        change(registry.suspend.selector, who, by, root, mask, choice, 0);
    }

    function reinstate(uint256 who, uint256 by, uint256 root, uint256 mask, uint256 choice) external {
        change(registry.reinstate.selector, who, by, root, mask, choice, 0);
    }

    /// Nothing here asks whether anchoring is paused: it must not matter.
    function change(
        bytes4 how,
        uint256 who,
        uint256 by,
        uint256 root,
        uint256 mask,
        uint256 choice,
        uint8 reason
    ) private {
        address about = issuer(who);
        address sender = by % 2 == 0 ? about : anchorer(about, by / 2);
        bytes32 chosen = anchoredRootOf(about, root);
        bytes32 record = records[about][chosen];
        StatusWord[] memory words = wordsOf(sizeOf(record), mask, choice);
        bool part = mayAct(about, sender, ROLE_STATUS);
        bool fitting = isAnchored(record) && reason <= REASON_KEY_COMPROMISE && words.length != 0;
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i].word == WHOLE_LIST) part = part && sender == about;
            fitting = fitting && isInside(words[i], sizeOf(record));
        }
        bytes memory call = how == registry.revoke.selector
            ? abi.encodeWithSelector(how, about, chosen, words, reason)
            : abi.encodeWithSelector(how, about, chosen, words);
        if (!judged(how, send(sender, call), part, true, fitting)) return;
        uint8 purpose = how == registry.revoke.selector ? 0 : 1;
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 old = bits[about][listOf(record)][purpose][words[i].word];
            bits[about][listOf(record)][purpose][words[i].word] =
                how == registry.reinstate.selector ? old & ~words[i].mask : old | words[i].mask;
        }
    }

    /// Up to two words, among them the whole list, an index too far, no bit, and a full word.
    function wordsOf(uint32 size, uint256 mask, uint256 choice)
        private
        pure
        returns (StatusWord[] memory words)
    {
        words = new StatusWord[]((choice / 256) % 8 == 0 ? 0 : 1 + choice / 2048 % 2);
        uint256 index = size == 0 ? 0 : mask % size;
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 kind = (i == 0 ? choice : choice / 16) % 16;
            words[i] = StatusWord(index >> 8, 1 << (index & 255));
            if (kind == 0) words[i] = StatusWord(WHOLE_LIST, mask | 1);
            if (kind == 1) words[i] = StatusWord(size >> 8, 1 << (size & 255));
            if (kind == 2) words[i].mask = 0;
            if (kind == 3) words[i] = StatusWord(0, size < 256 ? (1 << size) - 1 : type(uint256).max);
            if (kind == 4) words[i] = StatusWord(WHOLE_LIST - mask % 3, type(uint256).max);
        }
    }

    function isInside(StatusWord memory w, uint256 size) private pure returns (bool) {
        if (w.mask == 0) return false;
        if (w.word == WHOLE_LIST) return true;
        if (w.word >= 1 << 24) return false;
        uint256 highest = w.word * 256;
        for (uint256 rest = w.mask >> 1; rest != 0; rest >>= 1) {
            ++highest;
        }
        return highest < size;
    }

    // ------------------------------------------------------------------ operators

    function addOperator(uint256 who, uint256 which, uint256 seed, uint40 length) external {
        address sender = self(who);
        address named = operator(which);
        if (which % 16 == 0) named = address(0);
        if (which % 16 == 1) named = sender;
        uint8 roles = uint8(length % 8 == 0 ? seed % 5 : seed % 3 + 1);
        uint40 to = moment() + length % 60 days;
        bool fitting = named != address(0) && named != sender && roles != 0 && roles < 4 && to > moment()
            && doers[sender][named].number == 0;
        bool succeeded = send(sender, abi.encodeCall(registry.addOperator, (named, roles, to)));
        if (!judged(registry.addOperator.selector, succeeded, true, true, fitting)) return;
        doersInOrder[sender].push(named);
        doers[sender][named] = Doer(uint16(doersInOrder[sender].length), moment(), to, 0, 0, roles);
    }

    function removeOperator(uint256 who, uint256 which) external {
        // Seldom an operator, for it does not come back.
        address named = which % 4 == 0 ? operator(which / 4) : anybody(which / 4);
        address sender = self(who);
        Doer storage doer = doers[sender][named];
        bool fitting = doer.number != 0 && moment() < doer.to && doer.disavowedAt == 0;
        bool succeeded = send(sender, abi.encodeCall(registry.removeOperator, (named)));
        if (judged(registry.removeOperator.selector, succeeded, true, true, fitting)) doer.to = moment();
    }

    function disavow(uint256 who, uint256 which, uint40 time) external {
        address named = which % 2 == 0 ? operator(which / 2) : anybody(which / 2);
        address sender = self(who);
        Doer storage doer = doers[sender][named];
        uint40 from = moment() - time % 30 days;
        if (time % 8 == 0) from = moment();
        if (time % 8 == 1) from = moment() + 1;
        if (time % 8 == 2) from = doer.disavowedFrom;
        if (time % 8 == 3 && doer.disavowedFrom != 0) from = doer.disavowedFrom - 1;
        bool fitting = doer.number != 0 && from != 0
            && (doer.disavowedAt == 0 ? from <= moment() : from < doer.disavowedFrom);
        bool succeeded = send(sender, abi.encodeCall(registry.disavow, (named, from)));
        if (!judged(registry.disavow.selector, succeeded, true, true, fitting)) return;
        doer.disavowedFrom = from;
        if (doer.disavowedAt == 0) doer.disavowedAt = moment();
    }

    // ------------------------------------------------------------------ time and money

    function wait(uint40 time) external {
        vm.warp(block.timestamp + time % 3 days);
    }

    /// Go to the second before, of, or after something begins or ends.
    function waitForAnEdge(uint256 who, uint256 which, uint256 kind, uint40 side) external {
        address about = issuer(who);
        uint40 edge = closedUntil;
        if (kind % 5 == 1) edge = heirFrom;
        if (kind % 5 == 2) edge = doers[about][operator(which)].to;
        if (kind % 5 == 3 && terms[about].length != 0) edge = terms[about][terms[about].length - 1].until;
        if (kind % 5 == 4) edge = deadlineOf(which);
        uint40 target = edge + side % 3;
        if (target > moment() + 1) vm.warp(target - 1);
    }

    function pay(uint256 kind, uint32 selector) external {
        vm.deal(address(this), 1);
        bytes memory call = abi.encodePacked(bytes4(selector));
        if (kind % 3 == 1) call = "";
        if (kind % 3 == 2) call = abi.encodeCall(registry.confirm, (rootOf(kind)));
        (bool succeeded,) = address(registry).call{value: 1}(call);
        if (succeeded) tookEther = true;
    }

    // ------------------------------------------------------------------ names

    /// Mostly a root that the issuer anchored, if there is one.
    function anchoredRootOf(address about, uint256 root) private view returns (bytes32 chosen) {
        chosen = rootOf(root);
        if (root / 64 % 4 == 0) return chosen;
        for (uint256 i = 0; i < ROOTS && !isAnchored(records[about][chosen]); ++i) {
            chosen = roots[(root % ROOTS + i) % ROOTS];
        }
    }

    /// Mostly the issuer or one of its operators.
    function anchorer(address about, uint256 by) private view returns (address) {
        if (by % 8 == 0) return anybody(by / 8);
        uint256 count = doersInOrder[about].length;
        return by % 2 == 0 && count != 0 ? doersInOrder[about][by / 8 % count] : about;
    }

    /// Mostly an issuer; now and then somebody whose own records are nobody's business.
    function self(uint256 who) private view returns (address) {
        return who % 16 == 0 ? anybody(who / 16) : issuer(who / 16);
    }

    /// Every deed, for whoever plays them without a fuzzer.
    function deeds() external pure returns (bytes4[28] memory list) {
        list[0] = this.acceptAdmin.selector;
        list[1] = this.accredit.selector;
        list[2] = this.addAccreditor.selector;
        list[3] = this.addOperator.selector;
        list[4] = this.anchor.selector;
        list[5] = this.anchorAt.selector;
        list[6] = this.anchorByChangedSig.selector;
        list[7] = this.anchorBySig.selector;
        list[8] = this.anchorMany.selector;
        list[9] = this.cancel.selector;
        list[10] = this.cancelAdminProposal.selector;
        list[11] = this.confirm.selector;
        list[12] = this.disavow.selector;
        list[13] = this.pause.selector;
        list[14] = this.pay.selector;
        list[15] = this.proposeAdmin.selector;
        list[16] = this.reinstate.selector;
        list[17] = this.reinstateAccreditation.selector;
        list[18] = this.removeAccreditor.selector;
        list[19] = this.removeOperator.selector;
        list[20] = this.revoke.selector;
        list[21] = this.sign.selector;
        list[22] = this.suspend.selector;
        list[23] = this.suspendAccreditation.selector;
        list[24] = this.unpause.selector;
        list[25] = this.wait.selector;
        list[26] = this.waitForAnEdge.selector;
        list[27] = this.withdrawAccreditation.selector;
    }

    /// Every function of the registry that changes anything; a test holds the list against the artifact.
    function functions() external view returns (bytes4[23] memory list) {
        list[0] = registry.acceptAdmin.selector;
        list[1] = registry.accredit.selector;
        list[2] = registry.addAccreditor.selector;
        list[3] = registry.addOperator.selector;
        list[4] = registry.anchor.selector;
        list[5] = registry.anchorAt.selector;
        list[6] = registry.anchorBySig.selector;
        list[7] = registry.anchorMany.selector;
        list[8] = registry.cancel.selector;
        list[9] = registry.cancelAdminProposal.selector;
        list[10] = registry.confirm.selector;
        list[11] = registry.disavow.selector;
        list[12] = registry.pause.selector;
        list[13] = registry.proposeAdmin.selector;
        list[14] = registry.reinstate.selector;
        list[15] = registry.reinstateAccreditation.selector;
        list[16] = registry.removeAccreditor.selector;
        list[17] = registry.removeOperator.selector;
        list[18] = registry.revoke.selector;
        list[19] = registry.suspend.selector;
        list[20] = registry.suspendAccreditation.selector;
        list[21] = registry.unpause.selector;
        list[22] = registry.withdrawAccreditation.selector;
    }
}
