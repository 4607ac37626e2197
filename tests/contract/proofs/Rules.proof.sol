// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Issuer,
    ROLE_STATUS,
    Span,
    StatusWord,
    WHOLE_LIST
} from "../../../contracts/interfaces/RegistryTypes.sol";
import {ProofTest} from "./ProofTest.sol";

contract RuleProofs is ProofTest {
    // ------------------------------------------------------------------ status

    function check_aRevokedBitNeverClears(address issuer, uint104 list, uint256 word) external {
        uint256 before = registry.statusWord(issuer, list, 0, word);
        anyCall(svm.createAddress("sender"));
        assert(registry.statusWord(issuer, list, 0, word) & before == before);
    }

    function check_onlyStatusFunctionsChangeStatus(address issuer, uint104 list, uint8 purpose, uint256 word)
        external
    {
        uint256 before = registry.statusWord(issuer, list, purpose, word);
        bytes4 selector = anyCall(svm.createAddress("sender"));
        bool status = selector == registry.revoke.selector || selector == registry.suspend.selector
            || selector == registry.reinstate.selector;
        assert(status || registry.statusWord(issuer, list, purpose, word) == before);
    }

    /// And those three obey the issuer, or an operator of it with that role; of the whole list, the issuer alone.
    function check_onlyTheIssuerOrItsOperatorChangesStatus(
        address issuer,
        bytes32 root,
        StatusWord memory change
    ) external {
        address sender = svm.createAddress("sender");
        Doer memory doer = operatorOf(issuer, sender);
        vm.assume(doer.roles == 0 || doer.number != 0);
        bool part = isOperator(issuer, sender, ROLE_STATUS);
        StatusWord[] memory words = new StatusWord[](1);
        words[0] = change;
        bytes[3] memory calls = [
            abi.encodeCall(registry.revoke, (issuer, root, words, 0)),
            abi.encodeCall(registry.suspend, (issuer, root, words)),
            abi.encodeCall(registry.reinstate, (issuer, root, words))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(sender);
            (bool done,) = address(registry).call(calls[i]);
            assert(!done || sender == issuer || part && change.word != WHOLE_LIST);
        }
    }

    /// What the proof above leans on: number 0 is the issuer's own, and nobody else has a role under it.
    function check_whoHasARoleHasANumber(address issuer, address operator) external {
        Doer memory before = operatorOf(issuer, operator);
        vm.assume(before.roles == 0 || before.number != 0);
        anyCall(svm.createAddress("sender"));
        Doer memory doer = operatorOf(issuer, operator);
        assert(doer.roles == 0 || doer.number != 0);
    }

    /// Whatever the pause is, and whatever else: of an anchored batch the issuer can revoke.
    function check_nothingKeepsAnIssuerFromRevoking(address issuer, bytes32 root, uint256 index) external {
        bytes32 record = recordOf(issuer, root);
        vm.assume(uint256(record) >> 216 != 0 && index < uint32(uint256(record) >> 184));
        (,,, uint32 acts) = registry.headsOf(issuer);
        vm.assume(acts != type(uint32).max);
        StatusWord[] memory words = new StatusWord[](1);
        words[0] = StatusWord(index >> 8, 1 << (index & 255));
        vm.prank(issuer);
        (bool done,) = address(registry).call(abi.encodeCall(registry.revoke, (issuer, root, words, 0)));
        assert(done);
        (bool revoked,) = registry.statusOf(issuer, uint104(uint256(record)), index);
        assert(revoked);
    }

    // ------------------------------------------------------------------ spans

    function check_aSpanOnlyEverShortens(address issuer, uint16 number) external {
        Issuer memory holder = registry.issuerOf(issuer);
        Span memory before = registry.spanOf(issuer, number);
        vm.assume(number <= holder.spanCount && copyFits(issuer));
        anyCall(svm.createAddress("sender"));
        Span memory span = registry.spanOf(issuer, number);
        assert(span.until <= before.until);
        assert(span.accreditor == before.accreditor && span.from == before.from);
        assert(span.didHash == before.didHash && span.nameHash == before.nameHash);
        assert(span.frameworkHash == before.frameworkHash);
    }

    /// What the proof above leans on: the issuer's slot goes on copying the newest span.
    function check_theNewestSpanStaysTheOneThatIsCopied(address issuer) external {
        vm.assume(copyFits(issuer));
        anyCall(svm.createAddress("sender"));
        assert(copyFits(issuer));
    }

    function copyFits(address issuer) private view returns (bool) {
        Issuer memory holder = registry.issuerOf(issuer);
        Span memory newest = registry.spanOf(issuer, holder.spanCount);
        Span memory none = registry.spanOf(issuer, 0);
        return holder.spanFrom == newest.from && holder.spanUntil == newest.until
            && holder.spanCause == newest.cause && none.accreditor == address(0) && none.from == 0
            && none.until == 0;
    }

    // ------------------------------------------------------------------ operators

    function check_anOperatorIsNeverGivenMore(address issuer, address operator) external {
        Doer memory before = operatorOf(issuer, operator);
        vm.assume(before.number != 0 && (before.disavowedFrom == 0) == (before.disavowedAt == 0));
        address sender = svm.createAddress("sender");
        anyCall(sender);
        Doer memory doer = operatorOf(issuer, operator);
        assert(doer.number == before.number && doer.from == before.from && doer.roles == before.roles);
        assert(doer.to <= before.to);
        if (before.disavowedAt != 0) {
            assert(doer.disavowedAt == before.disavowedAt);
            assert(doer.disavowedFrom != 0 && doer.disavowedFrom <= before.disavowedFrom);
        }
        bool same = doer.to == before.to && doer.disavowedFrom == before.disavowedFrom;
        assert(same || sender == issuer);
    }

    // ------------------------------------------------------------------ the registry's own

    function check_theAdminMovesOnlyToWhoAcceptsAfterTheDelay() external {
        address before = registry.admin();
        (address next, uint40 effective) = registry.pendingAdmin();
        address sender = svm.createAddress("sender");
        anyCall(sender);
        address later = registry.admin();
        if (later != before) {
            assert(later == next && sender == next && next != address(0) && block.timestamp >= effective);
        }
        (address proposed, uint40 from) = registry.pendingAdmin();
        if (proposed != address(0) && (proposed != next || from != effective)) {
            assert(sender == before && from == block.timestamp + DELAY);
        }
    }

    function check_onlyTheAdminAdmitsAndPauses(address accreditor) external {
        address admin = registry.admin();
        bool admitted = registry.isAccreditor(accreditor);
        uint256 paused = pausedUntil();
        address sender = svm.createAddress("sender");
        anyCall(sender);
        assert(registry.isAccreditor(accreditor) == admitted || sender == admin);
        assert(pausedUntil() == paused || sender == admin);
        // Never prolonged, and never for longer than seven days.
        assert(
            pausedUntil() <= paused || paused <= block.timestamp && pausedUntil() == block.timestamp + 7 days
        );
    }

    function check_noFunctionTakesEther(uint256 amount) external {
        vm.assume(amount != 0);
        vm.deal(address(this), amount);
        bytes memory call = svm.createCalldata("CredentialRegistry");
        (bool done,) = address(registry).call{value: amount}(call);
        assert(!done);
        (done,) = address(registry).call{value: amount}("");
        assert(!done);
    }
}
