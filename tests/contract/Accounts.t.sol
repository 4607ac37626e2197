// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {SignedAnchor} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {SignedAnchors} from "./support/SignedAnchors.sol";
import {FickleWallet, OwnedWallet, Wallet} from "./support/Wallets.sol";

/// @notice Issuers that are contracts (ERC-1271), or keys that borrow the code of one (EIP-7702).
contract AccountsTest is RegistryTest, IRegistryErrors {
    function requestOf(address account) internal view returns (SignedAnchor memory) {
        return SignedAnchor(account, ROOT, SIZE, 0, LIST, uint40(block.timestamp + 1 days), 0);
    }

    function sign(SignedAnchor memory request, uint256 key) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, SignedAnchors.digestOf(request, block.chainid, address(registry)));
        return abi.encodePacked(r, s, v);
    }

    function refuse(SignedAnchor memory request, bytes memory signature) internal {
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, request.issuer));
        registry.anchorBySig(request, signature);
        equal("record", recordOf(request.issuer, request.root), 0);
    }

    // ------------------------------------------------------------------ ERC-1271

    function testAnAccountIsAskedAboutTheVeryDigest() public {
        SignedAnchor memory request = requestOf(address(new OwnedWallet(vm.addr(77))));
        refuse(request, sign(request, 78));
        bytes memory signature = sign(request, 77);
        request.size += 1;
        refuse(request, signature);
        registry.anchorBySig(request, sign(request, 77));
        equal("size", registry.anchorOf(request.issuer, ROOT).size, SIZE + 1);
    }

    // ct-1271-lies
    function testAnAccountThatSaysYesToAllSpeaksForItselfOnly() public {
        address liar = address(new Wallet(Wallet.Answer.YES));
        refuse(requestOf(issuer), "anything");
        refuse(requestOf(address(new OwnedWallet(liar))), "anything");
        registry.anchorBySig(requestOf(liar), "anything");
        equal("no span", registry.anchorOf(liar, ROOT).span, 0);
    }

    // ct-1271-lies
    function testAnAccountThatSaysNoLaterCannotTakeItsAnchorBack() public {
        FickleWallet wallet = new FickleWallet();
        SignedAnchor memory request = requestOf(address(wallet));
        registry.anchorBySig(request, "s");
        bytes32 record = recordOf(address(wallet), ROOT);
        wallet.turn();
        registry.anchorBySig(request, "s");
        equal("record", recordOf(address(wallet), ROOT), record);
        request.root = keccak256("next");
        refuse(request, "s");
    }

    // ct-1271-lies
    function testAnAccountThatSaidNoMayStillSayYesBeforeTheDeadline() public {
        FickleWallet wallet = new FickleWallet();
        wallet.turn();
        refuse(requestOf(address(wallet)), "s");
        wallet.turn();
        registry.anchorBySig(requestOf(address(wallet)), "s");
    }

    // ct-1271-destroyed
    function testAnAccountThatIsDestroyedKeepsItsAnchorsAndMakesNoMore() public {
        SignedAnchor memory request = requestOf(address(new Wallet(Wallet.Answer.YES)));
        registry.anchorBySig(request, "s");
        bytes32 record = recordOf(request.issuer, ROOT);
        vm.etch(request.issuer, "");
        registry.anchorBySig(request, "s");
        equal("record", recordOf(request.issuer, ROOT), record);
        request.root = keccak256("next");
        refuse(request, "s");
    }

    // ct-1271-destroyed
    function testAnAccountThatIsNotBuiltYetIsRefusedAndAcceptedOnceItIs() public {
        address place = address(0xF17E);
        refuse(requestOf(place), "s");
        vm.etch(place, address(new Wallet(Wallet.Answer.YES)).code);
        registry.anchorBySig(requestOf(place), "s");
    }

    // ct-1271-precompile
    function testAPrecompileIsNoAccount() public {
        for (uint160 n = 1; n <= 10; ++n) {
            refuse(requestOf(address(n)), new bytes(65));
        }
    }

    function testTheRegistryItselfIsNoAccount() public {
        refuse(requestOf(address(registry)), "s");
    }

    // ct-1271-gas
    function testFuzzAnyAmountOfGasMakesTheAnchorOrNothing(uint32 gas_) public {
        SignedAnchor memory request = requestOf(address(new OwnedWallet(vm.addr(77))));
        bytes memory signature = sign(request, 77);
        (bool done,) = address(registry).call{gas: gas_ % 200_000}(
            abi.encodeCall(registry.anchorBySig, (request, signature))
        );
        (, uint32 count,,) = registry.headsOf(request.issuer);
        check("all or nothing", (recordOf(request.issuer, ROOT) != 0) == done && count == (done ? 1 : 0));
    }

    // ct-1271-long
    function testAVeryLongSignatureReachesTheAccountWhole() public {
        SignedAnchor memory request = requestOf(address(new Wallet(Wallet.Answer.YES)));
        registry.anchorBySig(request, new bytes(20_000));
    }

    // ------------------------------------------------------------------ EIP-7702

    /// What such an account holds: 0xef0100 and the address of the borrowed code. These rules do not follow it, and the
    /// key must count all the same; test_delegated_accounts.py does the rest on a chain that follows it.
    // ct-7702
    function testTheKeyOfADelegatedAccountCountsWhateverItsCodeIs() public {
        vm.etch(issuer, abi.encodePacked(hex"ef0100", address(new Wallet(Wallet.Answer.REVERT))));
        SignedAnchor memory request = requestOf(issuer);
        registry.anchorBySig(request, sign(request, ISSUER_KEY));
        equal("size", registry.anchorOf(issuer, ROOT).size, SIZE);
    }

    // ct-7702
    function testTheKeyOfADelegatedAccountIsAskedBeforeItsCode() public {
        vm.etch(issuer, address(new Wallet(Wallet.Answer.BURN)).code);
        SignedAnchor memory request = requestOf(issuer);
        bytes memory call = abi.encodeCall(registry.anchorBySig, (request, sign(request, ISSUER_KEY)));
        (bool done,) = address(registry).call{gas: 150_000}(call);
        check("its code, which burns all gas, was not run", done);
    }

    // ct-7702
    function testADelegatedAccountWhoseCodeSaysNoIsRefusedWithoutItsKey() public {
        vm.etch(issuer, address(new Wallet(Wallet.Answer.OTHER_WORD)).code);
        SignedAnchor memory request = requestOf(issuer);
        refuse(request, sign(request, 78));
    }
}
