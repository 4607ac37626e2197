// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A small Merkle tree, built here without the library that the registry folds with.
library Tree {
    function leaf(bytes32 digest, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encodePacked(digest, index))));
    }

    function node(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    /// Fold a leaf with made-up siblings: a path of any depth, and the root it leads to.
    function climb(bytes32 from, uint256 depth) internal pure returns (bytes32[] memory path, bytes32 root) {
        path = new bytes32[](depth);
        root = from;
        for (uint256 i = 0; i < depth; ++i) {
            path[i] = keccak256(abi.encode("sibling", i));
            root = node(root, path[i]);
        }
    }
}
