// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Anchor, FLAG_CONFIRMED} from "../../contracts/interfaces/RegistryTypes.sol";
import {Handler} from "./support/Handler.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {Vm} from "./support/Vm.sol";

/// @notice What stays true whatever anybody does, in any order.
contract InvariantsTest is RegistryTest {
    Handler internal handler;

    function setUp() public override {
        vm.warp(START);
        vm.recordLogs();
        registry = deploy(admin, DELAY);
        handler = new Handler(registry, admin);
        vm.startPrank(admin);
        registry.addAccreditor(accreditor);
        registry.addAccreditor(otherAccreditor);
        vm.stopPrank();
        for (uint256 i = 0; i < 3; ++i) {
            address who = handler.issuers(i);
            vm.prank(accreditor);
            registry.accredit(who, START + 30 days, "d", "n", "f");
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        handler.replay(logs);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// Replay is no deed of anybody; left in, the fuzzer would feed it events that never happened.
    function excludeSelectors() external view returns (FuzzSelector[] memory excluded) {
        excluded = new FuzzSelector[](1);
        excluded[0].addr = address(handler);
        excluded[0].selectors = new bytes4[](1);
        excluded[0].selectors[0] = Handler.replay.selector;
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function invariantHeadsAreWhereTheEventsLead() external view {
        for (uint256 i = 0; i < 3; ++i) {
            address who = handler.issuers(i);
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

    function invariantAnchorsAreWrittenOnceAndOnlyConfirmed() external view {
        check("written twice", !handler.brokeWriteOnce());
        for (uint256 i = 0; i < 3; ++i) {
            address who = handler.issuers(i);
            for (uint256 r = 0; r < 6; ++r) {
                bytes32 first = handler.firstRecord(who, handler.rootOf(r));
                bytes32 now_ = recordOf(who, handler.rootOf(r));
                if (first != 0) {
                    equal("record", now_ & ~bytes32(uint256(FLAG_CONFIRMED) << 104), first);
                } else {
                    equal("no event, no time", registry.anchorOf(who, handler.rootOf(r)).time, 0);
                }
            }
        }
    }

    function invariantSequencesAreTheNumbersFromOne() external view {
        for (uint256 i = 0; i < 3; ++i) {
            address who = handler.issuers(i);
            uint256 seen;
            for (uint256 r = 0; r < 6; ++r) {
                Anchor memory a = registry.anchorOf(who, handler.rootOf(r));
                if (a.time != 0) seen |= 1 << a.sequence;
            }
            equal("sequences", seen, (uint256(2) << handler.anchorCount(who)) - 2);
        }
    }

    function invariantSpansOnlyEverShorten() external view {
        check("span", !handler.brokeUntil());
    }

    function invariantRevocationBitsNeverClear() external view {
        check("bit", !handler.brokeRevocation());
    }

    function invariantPauseStopsAnchorsAndNeverStatus() external view {
        check("pause", !handler.brokePause());
    }

    function invariantNobodyActsWithoutAPart() external view {
        check("roles", !handler.brokeRoles());
        equal("admin", registry.admin(), admin);
    }

    function invariantNoEtherIsHeld() external view {
        equal("balance", address(registry).balance, 0);
    }

    /// The fuzzer must get somewhere, else the invariants above say nothing.
    function testInvariantHandlerReachesEveryDeed() external {
        handler.anchor(0, 0, 0, 300);
        handler.status(0, 0, 7, 0);
        handler.endAccreditation(0, 2, 0, 0, true);
        handler.reinstateAccreditation(0, 0, 5);
        equal("anchored", handler.anchored(), 1);
        equal("revoked", handler.revoked(), 1);
        equal("ended", handler.ended(), 1);
        equal("spans", registry.issuerOf(handler.issuers(0)).spanCount, 2);
        this.invariantHeadsAreWhereTheEventsLead();
    }
}
