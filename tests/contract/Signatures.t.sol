// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICredentialRegistry} from "../../contracts/interfaces/ICredentialRegistry.sol";
import {IRegistryErrors} from "../../contracts/interfaces/IRegistryErrors.sol";
import {SignedAnchor} from "../../contracts/interfaces/RegistryTypes.sol";
import {RegistryTest} from "./support/RegistryTest.sol";
import {SignedAnchors} from "./support/SignedAnchors.sol";

/// @notice One signature has one form, counts for one registry on one chain, and serves once.
contract SignaturesTest is RegistryTest, IRegistryErrors {
    uint256 internal constant CURVE_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    SignedAnchor internal request;
    bytes32 internal digest;
    uint8 internal v;
    bytes32 internal r;
    bytes32 internal s;

    function setUp() public override {
        super.setUp();
        request = SignedAnchor(issuer, ROOT, SIZE, 0, LIST, uint40(START + 1 days), 0);
        digest = SignedAnchors.digestOf(request, block.chainid, address(registry));
        (v, r, s) = vm.sign(ISSUER_KEY, digest);
    }

    function refuse(bytes memory signature) internal {
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, issuer));
        registry.anchorBySig(request, signature);
        equal("record", recordOf(issuer, ROOT), 0);
    }

    /// The control: what the tests below change is good as it stands.
    function testTheSignatureAsItWasMadeIsTaken() public {
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        equal("size", registry.anchorOf(issuer, ROOT).size, SIZE);
    }

    // ct-sig-v
    function testFuzzNoOtherVIsTaken(uint8 other) public {
        vm.assume(other != v);
        refuse(abi.encodePacked(r, s, other));
    }

    // ct-sig-v
    function testVOfZeroAndOneAreRefused() public {
        refuse(abi.encodePacked(r, s, v - 27));
        refuse(abi.encodePacked(r, s, uint8(0)));
        refuse(abi.encodePacked(r, s, uint8(1)));
    }

    // ct-sig-high-s
    function testTheMirroredSignatureIsRefusedWithEitherV() public {
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        refuse(abi.encodePacked(r, high, uint8(27)));
        refuse(abi.encodePacked(r, high, uint8(28)));
    }

    // ct-sig-length
    function testFuzzNoOtherLengthIsTaken(uint8 length) public {
        vm.assume(length != 65);
        bytes memory good = abi.encodePacked(r, s, v, new bytes(190));
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            cut[i] = good[i];
        }
        refuse(cut);
    }

    function testFuzzNoOtherBytesAreTaken(bytes32 otherR, bytes32 otherS, uint8 otherV) public {
        vm.assume(otherR != r || otherS != s || otherV != v);
        refuse(abi.encodePacked(otherR, otherS, otherV));
    }

    // ct-sig-zero
    function testTheEdgesOfTheCurveAreRefused() public {
        bytes32[4] memory edges =
            [bytes32(0), bytes32(uint256(1)), bytes32(CURVE_ORDER), bytes32(type(uint256).max)];
        for (uint256 i = 0; i < 4; ++i) {
            refuse(abi.encodePacked(edges[i], s, v));
            refuse(abi.encodePacked(r, edges[i], v));
        }
    }

    function testFuzzEveryKeyCanSign(uint256 key) public {
        key = key % (CURVE_ORDER - 1) + 1;
        request.issuer = vm.addr(key);
        digest = SignedAnchors.digestOf(request, block.chainid, address(registry));
        (v, r, s) = vm.sign(key, digest);
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        equal("size", registry.anchorOf(request.issuer, ROOT).size, SIZE);
    }

    // ct-sig-other-chain
    function testASignatureServesOneRegistryOnly() public {
        ICredentialRegistry other = deploy(admin, DELAY);
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, issuer));
        other.anchorBySig(request, abi.encodePacked(r, s, v));
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        vm.expectRevert(abi.encodeWithSelector(BadSignature.selector, issuer));
        other.anchorBySig(request, abi.encodePacked(r, s, v));
    }

    // ct-sig-other-chain
    function testFuzzASignatureServesOneChainOnly(uint64 chain) public {
        vm.assume(chain != block.chainid && chain != 0);
        vm.chainId(chain);
        refuse(abi.encodePacked(r, s, v));
    }

    // ct-sig-other-scheme
    function testASignatureUnderAnotherSchemeIsRefused() public {
        (v, r, s) =
            vm.sign(ISSUER_KEY, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", digest)));
        refuse(abi.encodePacked(r, s, v));
        (v, r, s) = vm.sign(ISSUER_KEY, keccak256(abi.encode(request)));
        refuse(abi.encodePacked(r, s, v));
    }

    // ct-sig-other-scheme
    function testASignatureUnderAnotherVersionOfTheDomainIsRefused() public {
        bytes32 domain = keccak256(
            abi.encode(
                SignedAnchors.DOMAIN_TYPEHASH,
                keccak256("Attestree CredentialRegistry"),
                keccak256("2"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 body = keccak256(abi.encode(SignedAnchors.TYPEHASH, request));
        (v, r, s) = vm.sign(ISSUER_KEY, keccak256(abi.encodePacked(hex"1901", domain, body)));
        refuse(abi.encodePacked(r, s, v));
    }

    function testOneSignatureMakesOneAnchorHoweverOftenItIsSent() public {
        for (uint256 i = 0; i < 5; ++i) {
            registry.anchorBySig(request, abi.encodePacked(r, s, v));
        }
        (, uint32 count,,) = registry.headsOf(issuer);
        equal("count", count, 1);
    }

    // ------------------------------------------------------------------ deadlines, taking back

    function testADeadlineInThePastIsRefusedByASecond() public {
        vm.warp(START + 1 days + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                DeadlinePassed.selector, uint40(START + 1 days), uint40(START + 1 days + 1)
            )
        );
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
    }

    function testASignatureMadeTooEarlyIsGoodThirtyDaysBeforeItsDeadline() public {
        request.deadline = uint40(START + 40 days);
        digest = SignedAnchors.digestOf(request, block.chainid, address(registry));
        (v, r, s) = vm.sign(ISSUER_KEY, digest);
        vm.warp(START + 10 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                DeadlineTooFar.selector, uint40(START + 40 days), uint40(START + 40 days - 1)
            )
        );
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        vm.warp(START + 10 days);
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
    }

    function testACancellationTakesBackASignatureForEver() public {
        vm.prank(issuer);
        registry.cancel(ROOT);
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, ROOT));
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(RootCancelled.selector, issuer, ROOT));
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
    }

    function testACancellationByAnOperatorTakesNothingBack() public {
        vm.prank(operator);
        registry.cancel(ROOT);
        registry.anchorBySig(request, abi.encodePacked(r, s, v));
        equal("size", registry.anchorOf(issuer, ROOT).size, SIZE);
    }
}
