"""Run the trees, or what is named: `make bench ARGS="tree --size 20000"`, `make bench ARGS="restart"`,
`make bench ARGS="issuing"` (after `make .venv-cert-issuer/.synced`)."""

from __future__ import annotations

import argparse

from benchmarks import issuing, restart, tree


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=["tree", "restart", "issuing"], default="tree")
    parser.add_argument("--size", type=int, help="leaves, credentials in the store, or badges")
    parser.add_argument("--repeats", type=int, default=3, help="runs, interleaved; the median counts")
    chosen = parser.parse_args()
    if chosen.name == "tree":
        tree.run(size=chosen.size or 10_000, repeats=chosen.repeats)
    elif chosen.name == "issuing":
        issuing.run(size=chosen.size or 1_000, repeats=chosen.repeats)
    else:
        restart.run(credentials=chosen.size or 1_000_000)


if __name__ == "__main__":
    main()
