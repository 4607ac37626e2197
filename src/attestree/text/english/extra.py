"""
What the catalogue says when an optional package is missing: the codes `extra.*`.

Decides words only; each `next` holds the line to type. Source: DESIGN section 12.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "extra.dask": Entry(
        "Dask is not installed.",
        cause="`--engine dask://HOST:PORT` needs the optional part `dask`.",
        next="Install it: pip install 'attestree[dask]'. Or run again with `--engine local`.",
    ),
    "extra.documents": Entry(
        "The libraries for pictures and documents are not installed.",
        cause="SVG pictures are read by one that is made for hostile files; it is an optional package.",
        next='Type: pip install "attestree[documents]"',
    ),
    "extra.keccak": Entry(
        "The library that computes Ethereum's hashes is missing.",
        cause="safe-pysha3 comes with Attestree; it was removed, or the installation is incomplete.",
        next="Type: pip install safe-pysha3",
    ),
    "extra.merkletools": Entry(
        "Batches for Chainpoint tooling need the library merkletools, which is not installed.",
        cause="It is left out on purpose: plain pip cannot install one of the libraries it asks for, "
        "which it does not need.",
        next="Type: pip install --no-deps merkletools==1.0.3",
    ),
    "extra.postgres": Entry(
        "The driver for PostgreSQL is not installed.",
        cause="[store] url names a PostgreSQL database; the driver is an optional package.",
        next='Type: pip install "attestree[postgres]"',
    ),
    "extra.signatures": Entry(
        "The libraries for signatures inside credentials are not installed.",
        cause="They are an optional package; without it the public record still covers every byte.",
        next='Type: pip install "attestree[signatures]"',
    ),
}
"""Code to entry."""
