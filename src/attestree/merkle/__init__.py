"""
Merkle trees: hash digests into leaves, build trees, cut paths, fold paths back to a root.

Pure: no I/O, no clock, no randomness. What a digest *is* is decided in `credentials`; whether a
root counts is decided by the chain, elsewhere. Source: DESIGN section 4.

    kind        the two kinds of tree and the limits they share
    keccak      Keccak-256, and the hash of a pair
    standard    one tree, exactly as OpenZeppelin's StandardMerkleTree builds it
    shards      a batch of any size: trees joined by a top tree, and their two files
    path        fold a path, hold its length to the size, parse and format it
    chainpoint  the ordered SHA-256 tree of Chainpoint and Tierion tooling
    membership  the one question a verifier asks, for either kind
    many        many messages and leaves hashed at once
    folding     many paths folded at once, for whoever verifies a batch
    whole       a whole forest at once: verify every leaf, cut every path

Hashes are computed one by one, or eight at once where numba is installed and there are many:

    rows        many hashes, one by one or in one byte string
    routes      decides which way; the other modules only ask it
    plain       one after another: the oracle, and what small batches take
    bulk        eight at once: numpy views of the caller's bytes, over
    passes      the loops over whole arrays, which numba compiles, over
    kernels     what fills and empties the eight lanes, over
    lanes       Keccak-f on eight states side by side
"""
