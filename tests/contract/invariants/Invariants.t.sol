// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../../contracts/interfaces/ICredentialRegistry.sol";
import {
    Anchor,
    FLAG_CANCELLED,
    Issuer,
    Operator,
    Reason,
    Span,
    VerifyRequest,
    WHOLE_LIST
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {Handler} from "./Handler.sol";
import {Model} from "./Model.sol";
import {RegistryTest} from "../support/RegistryTest.sol";

/**
 * @notice What stays true whatever anybody does, in any order, at any time.
 * @dev The fuzzer plays the deeds of the Handler, one for each function of the registry. The Model says of each call
 * whether it must succeed, and what the registry must hold afterwards.
 */
contract InvariantsTest is RegistryTest {
    Handler internal handler;

    function setUp() public override {
        vm.warp(START);
        vm.recordLogs();
        handler = new Handler();
        registry = handler.registry();
        // Two accreditors, and for each issuer a span and an operator with both roles.
        handler.addAccreditor(1, 1);
        handler.addAccreditor(1, 2);
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            handler.accredit(i, 2 + 8 * i, 30 days, 0);
            handler.addOperator(1 + 16 * i, 2 + i, 2, 30 days + 1);
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariantHeadsAreWhereTheEventsLead() external view {
        for (uint256 i = 0; i < handler.ISSUERS() + handler.OPERATORS(); ++i) {
            address who = handler.actors(i);
            (uint224 anchorHead, uint32 anchors, uint224 actHead, uint32 acts) = registry.headsOf(who);
            equal("anchor head", anchorHead, handler.anchorHead(who));
            equal("anchors", anchors, handler.anchorCount(who));
            equal("act head", actHead, handler.actHead(who));
            equal("acts", acts, handler.actCount(who));
        }
        (uint224 head, uint32 count) = registry.registryHead();
        equal("own head", head, handler.ownHead());
        equal("own count", count, handler.ownCount());
    }

    // I21
    function invariantAnchorsAreWrittenOnceAndOnlyConfirmed() external view {
        check("announced once, as it is stored", !handler.announcedWrongly());
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            address who = handler.issuer(i);
            for (uint256 r = 0; r < handler.ROOTS(); ++r) {
                bytes32 root = handler.roots(r);
                bytes32 record = handler.records(who, root);
                equal("record", recordOf(who, root), record);
                equal("view", packed(registry.anchorOf(who, root)), record);
            }
            equal("zero root", recordOf(who, 0), 0);
        }
    }

    function invariantSequencesAreTheNumbersFromOne() external view {
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            address who = handler.issuer(i);
            uint256 seen;
            uint256 found;
            for (uint256 r = 0; r < handler.ROOTS(); ++r) {
                Anchor memory a = registry.anchorOf(who, handler.roots(r));
                if (a.time == 0) continue;
                check("given twice", seen & 1 << a.sequence == 0);
                seen |= 1 << a.sequence;
                ++found;
            }
            (, uint32 count,,) = registry.headsOf(who);
            equal("anchors", count, found);
            equal("sequences", seen, (uint256(2) << count) - 2);
        }
    }

    function invariantCancelledRootsAreNeverAnchored() external view {
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            for (uint256 r = 0; r < handler.ROOTS(); ++r) {
                bytes32 word = recordOf(handler.issuer(i), handler.roots(r));
                bool cancelled = uint256(word) >> 104 & FLAG_CANCELLED != 0;
                check(
                    "nothing beside the flag", !cancelled || word == bytes32(uint256(FLAG_CANCELLED) << 104)
                );
                check("no time, no anchor", cancelled || word == 0 || uint256(word) >> 216 != 0);
            }
        }
    }

    function invariantSpansOnlyEverShortenAndNeverOverlap() external view {
        check("grew", !handler.spanGrew());
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            address who = handler.issuer(i);
            Issuer memory holder = registry.issuerOf(who);
            equal("spans", holder.spanCount, handler.termCount(who));
            uint40 ended;
            for (uint16 n = 1; n <= holder.spanCount; ++n) {
                Span memory span = registry.spanOf(who, n);
                Model.Term memory term = handler.termOf(who, n);
                equal("accreditor", span.accreditor, term.accreditor);
                equal("from", span.from, term.from);
                equal("until", span.until, term.until);
                equal("cause", span.cause, term.cause);
                equal("did", span.didHash, keccak256(bytes(term.texts % 2 == 0 ? "d" : "e")));
                check("apart", span.from >= ended && span.until >= span.from);
                ended = span.until;
            }
            Span memory newest = registry.spanOf(who, holder.spanCount);
            equal("copy of from", holder.spanFrom, newest.from);
            equal("copy of until", holder.spanUntil, newest.until);
            equal("copy of cause", holder.spanCause, newest.cause);
        }
    }

    // I25
    function invariantStatusIsWhatWasSaidAndRevocationsStay() external view {
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            address who = handler.issuer(i);
            for (uint104 list = 0; list < handler.LISTS(); ++list) {
                for (uint8 purpose = 0; purpose < 2; ++purpose) {
                    for (uint256 n = 0; n < 3; ++n) {
                        uint256 word = n == 2 ? WHOLE_LIST : n;
                        uint256 want = handler.bits(who, list, purpose, word);
                        equal("word", registry.statusWord(who, list, purpose, word), want);
                    }
                }
            }
        }
    }

    function invariantOperatorsKeepTheirNumbers() external view {
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            address who = handler.issuer(i);
            Issuer memory holder = registry.issuerOf(who);
            equal("operators", holder.operatorCount, handler.doerCount(who));
            uint256 disavowed;
            for (uint16 n = 1; n <= holder.operatorCount; ++n) {
                (address found, Operator memory entry) = registry.operatorOf(who, n);
                (address want, Model.Doer memory doer) = handler.doerOf(who, n);
                equal("address", found, want);
                equal("number", entry.number, n);
                equal("number by address", registry.operatorNumberOf(who, found), n);
                equal("entry", keccak256(abi.encode(entry)), keccak256(abi.encode(doer)));
                if (entry.disavowedAt != 0) ++disavowed;
            }
            equal("disavowed", holder.disavowedCount, disavowed);
        }
    }

    // I22
    function invariantNobodyActsWithoutAPart() external view {
        if (handler.actedWithoutAPart()) revert Culprit(handler.culprit());
    }

    // I22
    function invariantTheAdminMovesInTwoStepsAfterTheDelay() external view {
        equal("admin", registry.admin(), handler.boss());
        check("somebody", registry.admin() != address(0));
        (address next, uint40 effective) = registry.pendingAdmin();
        equal("next", next, handler.heir());
        equal("effective", effective, handler.heirFrom());
        for (uint256 i = 0; i < 2; ++i) {
            address accreditor_ = handler.accreditor(i);
            check("admitted", registry.isAccreditor(accreditor_) == handler.admitted(accreditor_));
        }
    }

    // I23
    function invariantAPauseStopsAnchorsAndLapses() external view {
        if (handler.anchoredInAPause()) revert Culprit(handler.culprit());
        equal("until", registry.pausedUntil(), handler.closedUntil());
        check("no longer than seven days", registry.pausedUntil() <= block.timestamp + 7 days);
    }

    // I23, and more: whoever has a part, is never kept from it.
    function invariantNoRightfulCallIsRefused() external view {
        if (handler.refusedWhatIsRight()) revert Culprit(handler.culprit());
    }

    function invariantNoWrongCallIsAccepted() external view {
        if (handler.acceptedWhatIsWrong()) revert Culprit(handler.culprit());
    }

    // I24
    function invariantASignatureMakesOneAnchorAndOnlyHere() external view {
        check("abused", !handler.signatureAbused());
    }

    // I26
    function invariantNoEtherIsHeld() external view {
        check("taken", !handler.tookEther());
        equal("balance", address(registry).balance, 0);
    }

    function invariantVerdictsFollowFromWhatIsRecorded() external view {
        for (uint256 i = 0; i < handler.ISSUERS(); ++i) {
            address who = handler.issuer(i);
            for (uint256 r = 0; r < handler.ROOTS(); ++r) {
                Reason want = handler.verdictOf(who, r);
                (bytes32 digest, uint256 index) = (handler.digestOf(r), handler.indexOf(r));
                (Reason got, bytes32 root) =
                    registry.verify(VerifyRequest(who, digest, index, handler.pathOf(r)));
                equal("verdict", uint256(got), uint256(want));
                equal("root", root, handler.roots(r));
            }
        }
    }

    error Culprit(bytes4 selector);

    // ------------------------------------------------------------------ whether the fuzzer gets anywhere

    /// Else the invariants would say nothing. Every function is obeyed and refused, and every verdict given.
    function testHandlerIsObeyedAndRefusedByEveryFunction() external {
        vm.pauseGasMetering();
        uint256 verdicts;
        uint256[23] memory obeyed;
        uint256[23] memory refused;
        bytes4[23] memory functions = handler.functions();
        for (uint256 run = 0; run < 12; ++run) {
            setUp();
            verdicts |= play(run);
            for (uint256 i = 0; i < functions.length; ++i) {
                obeyed[i] += handler.done(functions[i]);
                refused[i] += handler.sent(functions[i]) - handler.done(functions[i]);
            }
            equal("culprit", uint256(bytes32(handler.culprit())), 0);
        }
        for (uint256 i = 0; i < functions.length; ++i) {
            if (obeyed[i] < 5 || refused[i] < 3) revert Culprit(functions[i]);
        }
        equal("verdicts but for the path", verdicts, (1 << uint256(Reason.PATH_TOO_LONG)) - 1);
    }

    /// As many deeds as the fuzzer does in a run. Return which verdicts there are, as bits.
    function play(uint256 run) private returns (uint256 verdicts) {
        bytes4[28] memory deeds = handler.deeds();
        for (uint256 step = 0; step < 256; ++step) {
            bytes memory call = abi.encodePacked(deeds[seedOf(run, step, 0) % deeds.length]);
            for (uint256 i = 1; i < 7; ++i) {
                call = abi.encodePacked(call, seedOf(run, step, i));
            }
            (bool succeeded,) = address(handler).call(call);
            check("a deed reverts", succeeded);
            for (uint256 root = 0; root < handler.ROOTS(); ++root) {
                verdicts |= 1 << uint256(handler.verdictOf(handler.issuer(step), root));
            }
        }
    }

    /// 32 bits, which every argument of a deed can take.
    function seedOf(uint256 run, uint256 step, uint256 position) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(run, step, position))) >> 224;
    }
}
