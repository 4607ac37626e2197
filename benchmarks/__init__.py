"""
Measurements beside the peers, in one run, as ratios; absolute times of a shared machine are noise.

Nothing here is a test: `make bench` prints, and RESULTS.md records what was printed, when and where.
"""
