"""Run every benchmark, or the one that is named: `make bench ARGS="tree --size 20000"`."""

from __future__ import annotations

import argparse

from benchmarks import tree


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=["tree"], default="tree")
    parser.add_argument("--size", type=int, default=10_000, help="leaves of the tree")
    parser.add_argument("--repeats", type=int, default=3, help="runs, interleaved; the median counts")
    chosen = parser.parse_args()
    tree.run(size=chosen.size, repeats=chosen.repeats)


if __name__ == "__main__":
    main()
