#!/usr/bin/env python3
"""Issue a roster as an issuer of attestree.toml: a dry run, unless --yes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from attestree import Issuer


def main() -> int:
    """Return 0 if the batch is on record, or could be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roster", type=Path, help="CSV, XLSX or JSON Lines")
    parser.add_argument("achievement", type=Path, help="what is awarded: TOML, or Open Badges JSON")
    parser.add_argument("--config", help="settings file; else the nearest attestree.toml")
    parser.add_argument("--issuer", help="issuer in the settings; else the first")
    parser.add_argument("--skip-bad", action="store_true", help="issue the good rows")
    parser.add_argument("--yes", action="store_true", help="do it")
    given = parser.parse_args()

    with Issuer.from_settings(given.config, name=given.issuer) as issuer:
        plan = issuer.plan(given.roster, given.achievement, skip_bad=given.skip_bad)
        print(f"{plan.good} good rows, {plan.bad} bad, {plan.warnings} warnings; {plan.size} credentials")
        if plan.is_stopped or not given.yes:
            return 1 if plan.is_stopped else 0
        delivered = issuer.issue(plan)
    if delivered is None:
        print("Nothing new: every learner holds this credential already.")
    else:
        print(f"batch {delivered.batch.id} is {delivered.batch.state.value}; files in {delivered.location}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
