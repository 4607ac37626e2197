// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {SignedAnchor} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {SignedAnchors} from "./support/SignedAnchors.sol";
import {Vm} from "./support/Vm.sol";
import {ReenteringWallet, Wallet} from "./support/Wallets.sol";

contract AnchorBySigTest is RegistryTest, IRegistryErrors {
    uint256 internal constant CURVE_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function request() internal view returns (SignedAnchor memory) {
        return SignedAnchor(issuer, ROOT, SIZE, 0, LIST, uint40(block.timestamp + 1 days), 0);
    }

    function signed(SignedAnchor memory r) internal view returns (bytes memory) {
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(ISSUER_KEY, SignedAnchors.digestOf(r, block.chainid, address(registry)));
        return abi.encodePacked(rr, s, v);
    }

    function refuse(SignedAnchor memory r, bytes memory signature) internal {
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, r.issuer));
        vm.prank(stranger);
        registry.anchorBySig(r, signature);
        equal("record", recordOf(r.issuer, r.root), 0);
    }

    function testAnchorBySigCountsAsTheIssuerItself() public {
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        vm.prank(stranger);
        registry.anchorBySig(r, signature);
        equal("size", registry.anchorOf(issuer, ROOT).size, SIZE);
        equal("operator", registry.anchorOf(issuer, ROOT).operator, 0);
        equal("span", registry.anchorOf(issuer, ROOT).span, 1);
    }

    // ct-sig-replay
    function testAnchorBySigTwiceSucceedsWithoutASecondAnchor() public {
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        registry.anchorBySig(r, signature);
        bytes32 record = recordOf(issuer, ROOT);
        vm.warp(block.timestamp + 1);
        vm.recordLogs();
        registry.anchorBySig(r, signature);
        equal("events", vm.getRecordedLogs().length, 0);
        equal("record", recordOf(issuer, ROOT), record);
        (, uint32 count,,) = registry.headsOf(issuer);
        equal("count", count, 1);
    }

    function testAnchorBySigSucceedsWhereTheOperatorWasFaster() public {
        anchorRoot();
        registry.anchorBySig(request(), "");
        equal("operator", registry.anchorOf(issuer, ROOT).operator, 1);
    }

    function testAnchorBySigRefusesAnotherAnchorOfTheRoot() public {
        anchorRoot();
        SignedAnchor memory r = request();
        r.list = LIST + 1;
        bytes memory signature = signed(r);
        vm.expectRevert(
            abi.encodeWithSelector(AlreadyAnchored.selector, issuer, ROOT, recordOf(issuer, ROOT))
        );
        registry.anchorBySig(r, signature);
    }

    function testAnchorBySigOfACancelledRootIsRefused() public {
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        vm.prank(issuer);
        registry.cancel(ROOT);
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, ROOT));
        registry.anchorBySig(r, signature);
    }

    // ct-sig-other-chain
    function testAnchorBySigForAnotherChainIsRefused() public {
        SignedAnchor memory r = request();
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(ISSUER_KEY, SignedAnchors.digestOf(r, block.chainid + 1, address(registry)));
        refuse(r, abi.encodePacked(rr, s, v));
    }

    // ct-sig-other-chain
    function testAnchorBySigIsRefusedAfterAForkChangedTheChain() public {
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        vm.chainId(4242);
        refuse(r, signature);
        registry.anchorBySig(r, signed(r));
    }

    // ct-sig-other-chain
    function testAnchorBySigForAnotherRegistryIsRefused() public {
        SignedAnchor memory r = request();
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(ISSUER_KEY, SignedAnchors.digestOf(r, block.chainid, address(this)));
        refuse(r, abi.encodePacked(rr, s, v));
    }

    // ct-sig-high-s
    function testAnchorBySigWithSInTheUpperHalfIsRefused() public {
        SignedAnchor memory r = request();
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(ISSUER_KEY, SignedAnchors.digestOf(r, block.chainid, address(registry)));
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        refuse(r, abi.encodePacked(rr, high, v == 27 ? uint8(28) : uint8(27)));
    }

    // ct-sig-high-s
    function testAnchorBySigOf64BytesIsRefused() public {
        SignedAnchor memory r = request();
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(ISSUER_KEY, SignedAnchors.digestOf(r, block.chainid, address(registry)));
        refuse(r, abi.encodePacked(rr, bytes32(uint256(s) | uint256(v - 27) << 255)));
    }

    // ct-sig-zero
    function testAnchorBySigOfZerosIsRefused() public {
        refuse(request(), new bytes(65));
        refuse(request(), "");
    }

    // ct-sig-zero
    function testAnchorBySigForTheZeroAddressIsRefused() public {
        SignedAnchor memory r = request();
        r.issuer = address(0);
        refuse(r, new bytes(65));
    }

    function testAnchorBySigByAnOperatorsKeyIsRefused() public {
        uint256 key = 0xB0B;
        vm.prank(issuer);
        registry.addOperator(vm.addr(key), 3, OPERATOR_END);
        SignedAnchor memory r = request();
        (uint8 v, bytes32 rr, bytes32 s) =
            vm.sign(key, SignedAnchors.digestOf(r, block.chainid, address(registry)));
        refuse(r, abi.encodePacked(rr, s, v));
    }

    function testAnchorBySigFuzzBindsEveryField(uint256 field, uint32 change) public {
        vm.assume(change != 0);
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        field = field % 6;
        if (field == 0) r.root = bytes32(uint256(r.root) ^ change);
        if (field == 1) r.size = r.size ^ change;
        if (field == 2) r.kind = 1;
        if (field == 3) r.list = r.list ^ change;
        if (field == 4) r.deadline = r.deadline + (change % 1 days) + 1;
        if (field == 5) (r.expectedHead,,,) = registry.headsOf(issuer);
        vm.assume(r.size != 0);
        refuse(r, signature);
    }

    function testAnchorBySigLastsUntilItsDeadline() public {
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        vm.warp(r.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(DeadlinePassed.selector, r.deadline, r.deadline + 1));
        registry.anchorBySig(r, signature);
        vm.warp(r.deadline);
        registry.anchorBySig(r, signature);
    }

    function testAnchorBySigIsOpenFor30DaysAtMost() public {
        SignedAnchor memory r = request();
        uint40 latest = uint40(block.timestamp + 30 days);
        r.deadline = latest + 1;
        bytes memory signature = signed(r);
        vm.expectRevert(abi.encodeWithSelector(DeadlineTooFar.selector, r.deadline, latest));
        registry.anchorBySig(r, signature);
        r.deadline = latest;
        registry.anchorBySig(r, signed(r));
    }

    function testAnchorBySigHonoursTheExpectedHead() public {
        SignedAnchor memory r = request();
        (r.expectedHead,,,) = registry.headsOf(issuer);
        bytes memory signature = signed(r);
        vm.prank(operator);
        registry.anchor(issuer, keccak256("first"), 1, 0, 1);
        (uint224 head,,,) = registry.headsOf(issuer);
        vm.expectRevert(abi.encodeWithSelector(HeadMoved.selector, issuer, r.expectedHead, head));
        registry.anchorBySig(r, signature);
        r.expectedHead = head;
        registry.anchorBySig(r, signed(r));
    }

    // ct-paused
    function testAnchorBySigIsRefusedWhilePaused() public {
        SignedAnchor memory r = request();
        bytes memory signature = signed(r);
        vm.prank(admin);
        registry.pause();
        vm.expectRevert(abi.encodeWithSelector(AnchoringPaused.selector, uint40(block.timestamp + 7 days)));
        registry.anchorBySig(r, signature);
    }

    // ------------------------------------------------------------------ contract accounts

    function walletRequest(Wallet.Answer answer) internal returns (SignedAnchor memory r) {
        r = request();
        r.issuer = address(new Wallet(answer));
    }

    function testAnchorBySigAsksAContractAccount() public {
        SignedAnchor memory r = walletRequest(Wallet.Answer.YES);
        registry.anchorBySig(r, "anything");
        equal("size", registry.anchorOf(r.issuer, ROOT).size, SIZE);
    }

    // ct-1271-revert-bomb
    function testAnchorBySigRefusesEveryOtherAnswerOfAContractAccount() public {
        refuse(walletRequest(Wallet.Answer.OTHER_WORD), "s");
        refuse(walletRequest(Wallet.Answer.DIRTY_WORD), "s");
        refuse(walletRequest(Wallet.Answer.SHORT), "s");
        refuse(walletRequest(Wallet.Answer.NOTHING), "s");
        refuse(walletRequest(Wallet.Answer.REVERT), "s");
        refuse(walletRequest(Wallet.Answer.REVERT_WITH_YES), "s");
        refuse(walletRequest(Wallet.Answer.THIRTY_THREE_BYTES_SHIFTED), "s");
    }

    // ct-1271-revert-bomb
    function testAnchorBySigIsNotDrownedByAHugeAnswer() public {
        SignedAnchor memory r = walletRequest(Wallet.Answer.HUGE);
        uint256 before = gasleft();
        refuse(r, "s");
        // The wallet pays for a megabyte of its own memory (about 2.2 million gas); copying it would cost as much again.
        check("not copied", before - gasleft() < 3_500_000);
    }

    // ct-1271-revert-bomb
    function testAnchorBySigIsRefusedWhenTheAccountBurnsItsGas() public {
        SignedAnchor memory r = walletRequest(Wallet.Answer.BURN);
        (bool done, bytes memory answer) =
            address(registry).call{gas: 2_000_000}(abi.encodeCall(registry.anchorBySig, (r, "s")));
        check("refused", !done);
        equal("reason", keccak256(answer), keccak256(abi.encodeWithSelector(BadSignature.selector, r.issuer)));
    }

    // ct-1271-reenter
    function testAnchorBySigGivesAReenteringAccountNoSecondAnchor() public {
        ReenteringWallet wallet = new ReenteringWallet(registry);
        SignedAnchor memory r = request();
        r.issuer = address(wallet);
        vm.recordLogs();
        registry.anchorBySig(r, abi.encode(r));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        equal("events", logs.length, 1);
        (, uint32 count,,) = registry.headsOf(address(wallet));
        equal("count", count, 1);
        equal("other root", recordOf(address(wallet), keccak256("inner")), 0);
    }

    // An account of EIP-7702 has code, and a key that signs.
    function testAnchorBySigTakesTheKeyOfAnAccountThatHasCode() public {
        vm.etch(issuer, address(new Wallet(Wallet.Answer.REVERT)).code);
        SignedAnchor memory r = request();
        registry.anchorBySig(r, signed(r));
        equal("size", registry.anchorOf(issuer, ROOT).size, SIZE);
    }

    function testEip712DomainIsTheOneThatWalletsShow() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifying,,) =
            IERC5267(address(registry)).eip712Domain();
        equal("fields", uint8(fields), 0x0f);
        equal("name", keccak256(bytes(name)), keccak256("Attestree CredentialRegistry"));
        equal("version", keccak256(bytes(version)), keccak256("1"));
        equal("chain", chain, block.chainid);
        equal("verifying", verifying, address(registry));
    }
}
