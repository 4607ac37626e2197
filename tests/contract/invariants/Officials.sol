// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CAUSE_REPLACED,
    CAUSE_SUSPENDED,
    CAUSE_WITHDRAWN
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Model} from "./Model.sol";

/// @notice What admins and accreditors do, and everybody else tries; one deed for each function of the registry.
abstract contract Officials is Model {
    uint40 private constant PAUSE = 7 days;

    // ------------------------------------------------------------------ accreditation

    function accredit(uint256 who, uint256 by, uint40 length, uint256 texts) external {
        address about = issuer(who);
        address sender = official(about, by);
        uint40 until = moment() + length % 60 days;
        uint16 current = spanNow(about);
        bool part = admitted[sender] && (current == 0 || terms[about][current - 1].accreditor == sender);
        bool succeeded =
            send(sender, abi.encodeCall(registry.accredit, (about, until, textOf(texts), "n", "f")));
        if (!judged(registry.accredit.selector, succeeded, part, true, until > moment())) return;
        if (current != 0) {
            terms[about][current - 1].until = moment();
            terms[about][current - 1].cause = CAUSE_REPLACED;
        }
        open(about, sender, until, texts);
    }

    function suspendAccreditation(uint256 who, uint256 by) external {
        address about = issuer(who);
        address sender = official(about, by);
        uint16 current = spanNow(about);
        bool part = current == 0 || mayEnd(about, current, sender);
        bool succeeded = send(sender, abi.encodeCall(registry.suspendAccreditation, (about)));
        if (!judged(registry.suspendAccreditation.selector, succeeded, part, true, current != 0)) return;
        Term storage term = terms[about][current - 1];
        term.promised = term.until;
        term.until = moment();
        term.cause = CAUSE_SUSPENDED;
    }

    function withdrawAccreditation(uint256 who, uint256 by, uint256 seed, uint40 time) external {
        address about = issuer(who);
        address sender = official(about, by);
        uint256 count = terms[about].length;
        uint16 span = uint16(seed % (count + 2));
        bool known = span != 0 && span <= count;
        uint40 until = known ? endOf(terms[about][span - 1], time) : time;
        bool part = !known || mayEnd(about, span, sender);
        bool shortens = known && until >= terms[about][span - 1].from
            && (until < terms[about][span - 1].until
                || until == terms[about][span - 1].until
                && terms[about][span - 1].cause == CAUSE_SUSPENDED);
        bool succeeded = send(sender, abi.encodeCall(registry.withdrawAccreditation, (about, span, until)));
        if (!judged(registry.withdrawAccreditation.selector, succeeded, part, true, shortens)) return;
        if (until > terms[about][span - 1].until) spanGrew = true;
        terms[about][span - 1].until = until;
        terms[about][span - 1].cause = CAUSE_WITHDRAWN;
    }

    function reinstateAccreditation(uint256 who, uint256 by, uint40 length, uint256 texts) external {
        address about = suspendedOne(who);
        address sender = official(about, by);
        uint256 count = terms[about].length;
        bool suspended = count != 0 && terms[about][count - 1].cause == CAUSE_SUSPENDED;
        Term memory term;
        if (suspended) term = terms[about][count - 1];
        if (texts % 8 != 7) texts = term.texts;
        uint40 until = length % 4 == 0 ? term.promised + length / 4 % 2 : moment() + length % 60 days;
        bool part = !suspended || mayEnd(about, count, sender) && admitted[term.accreditor];
        bool fitting = suspended && until > moment() && texts % 2 == term.texts % 2
            && (sender == term.accreditor || until <= term.promised);
        bool succeeded = send(
            sender, abi.encodeCall(registry.reinstateAccreditation, (about, until, textOf(texts), "n", "f"))
        );
        if (!judged(registry.reinstateAccreditation.selector, succeeded, part, true, fitting)) return;
        open(about, term.accreditor, until, texts);
    }

    function open(address about, address vouching, uint40 until, uint256 texts) private {
        terms[about].push(Term(vouching, moment(), until, 0, texts, 0));
    }

    /// An issuer who is suspended, if there is one.
    function suspendedOne(uint256 who) private view returns (address about) {
        for (uint256 i = 0; i < ISSUERS; ++i) {
            about = issuer(who % ISSUERS + i);
            uint256 count = terms[about].length;
            if (count != 0 && terms[about][count - 1].cause == CAUSE_SUSPENDED) return about;
        }
    }

    /// An end to try: at the edges of the span, now, or anywhere around it.
    function endOf(Term memory term, uint40 time) private view returns (uint40) {
        uint40 choice = time % 8;
        if (choice == 0) return term.from;
        if (choice == 1) return term.from - 1;
        if (choice == 2) return term.until;
        if (choice == 3) return term.until - 1;
        if (choice == 4) return term.until + 1;
        if (choice == 5) return moment();
        return term.from + time % 60 days;
    }

    // ------------------------------------------------------------------ administration

    function addAccreditor(uint256 by, uint256 which) external {
        address sender = ruler(by);
        address named = which % 16 == 0 ? address(0) : accreditor(which);
        bool part = sender == boss;
        bool fitting = named != address(0) && !admitted[named];
        bool succeeded = send(sender, abi.encodeCall(registry.addAccreditor, (named)));
        if (judged(registry.addAccreditor.selector, succeeded, part, true, fitting)) admitted[named] = true;
    }

    function removeAccreditor(uint256 by, uint256 which) external {
        address sender = ruler(by);
        address named = accreditor(which);
        bool succeeded = send(sender, abi.encodeCall(registry.removeAccreditor, (named)));
        if (judged(registry.removeAccreditor.selector, succeeded, sender == boss, true, admitted[named])) {
            admitted[named] = false;
        }
    }

    function proposeAdmin(uint256 by, uint256 which) external {
        address sender = ruler(by);
        address next = which % 8 == 0 ? address(0) : actors[actors.length - 1 - which % 3];
        bool succeeded = send(sender, abi.encodeCall(registry.proposeAdmin, (next)));
        if (!judged(registry.proposeAdmin.selector, succeeded, sender == boss, true, next != address(0))) {
            return;
        }
        heir = next;
        heirFrom = moment() + DELAY;
    }

    function acceptAdmin(uint256 by) external {
        // The zero address can be simulated as a sender, and is the heir whenever there is none.
        address sender = by % 4 == 0 ? anybody(by / 4) : heir;
        bool part = heir != address(0) && sender == heir;
        bool succeeded = send(sender, abi.encodeCall(registry.acceptAdmin, ()));
        if (!judged(registry.acceptAdmin.selector, succeeded, part, true, moment() >= heirFrom)) return;
        boss = heir;
        (heir, heirFrom) = (address(0), 0);
    }

    function cancelAdminProposal(uint256 by) external {
        address sender = ruler(by);
        bool succeeded = send(sender, abi.encodeCall(registry.cancelAdminProposal, ()));
        bool fitting = heir != address(0);
        if (!judged(registry.cancelAdminProposal.selector, succeeded, sender == boss, true, fitting)) return;
        (heir, heirFrom) = (address(0), 0);
    }

    function pause(uint256 by) external {
        // Seldom the admin, for while it lasts there are no anchors.
        address sender = by % 4 == 0 ? boss : anybody(by / 4);
        bool succeeded = send(sender, abi.encodeCall(registry.pause, ()));
        if (judged(registry.pause.selector, succeeded, sender == boss, true, isOpen())) {
            closedUntil = moment() + PAUSE;
        }
    }

    function unpause(uint256 by) external {
        address sender = ruler(by);
        bool succeeded = send(sender, abi.encodeCall(registry.unpause, ()));
        if (judged(registry.unpause.selector, succeeded, sender == boss, true, !isOpen())) closedUntil = 0;
    }

    // ------------------------------------------------------------------ names

    /// Mostly the accreditor of the newest span, else the admin or another.
    function official(address about, uint256 by) private view returns (address) {
        if (by % 8 == 0) return anybody(by / 8);
        if (by % 8 == 1) return boss;
        uint256 count = terms[about].length;
        return by % 8 == 2 || count == 0 ? accreditor(by / 8) : terms[about][count - 1].accreditor;
    }

    /// Mostly the admin.
    function ruler(uint256 by) private view returns (address) {
        return by % 4 == 0 ? anybody(by / 4) : boss;
    }

    function textOf(uint256 texts) internal pure returns (string memory) {
        return texts % 2 == 0 ? "d" : "e";
    }
}
