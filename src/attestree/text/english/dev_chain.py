"""
What the local test chains say.

Decides words only; raised in `adapters/evm/dev_chain`, `anvil_chain`, `tester_chain` and `faults`. Source:
DESIGN section 11.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "chain.anvil_missing": Entry(
        "The local test chain anvil is not installed.",
        cause="It comes from npm or with Foundry, and neither has put it where it is looked for.",
        next="Run 'make setup' in a checkout, install Foundry, or use the built-in test chain instead.",
    ),
    "chain.anvil_wrong_program": Entry(
        "The program that the variable ANVIL names is not Foundry's anvil.",
        cause="Other programs bear that name; Foundry's prints a 'Commit SHA' with its version.",
        next="Correct or unset ANVIL.",
    ),
    "chain.anvil_start": Entry(
        "The local test chain anvil did not start.",
        cause="Its port may be taken, or its state file may come from another version.",
        next="Choose another port, or move the state file away to begin a new chain.",
    ),
    "chain.tester_start": Entry(
        "The built-in test chain could not listen on port {port}.",
        cause="Another program uses the port.",
        next="Choose another port, or 0 for a free one.",
    ),
    "chain.faults_start": Entry(
        "The faulty node could not listen on port {port}.",
        cause="Another program uses the port.",
        next="Choose another port, or 0 for a free one.",
    ),
    "chain.dev_silent": Entry(
        "The local test chain did not answer {method}.",
        cause="It has probably been stopped.",
        next="Start it again and repeat the command.",
    ),
    "chain.dev_refused": Entry(
        "The local test chain refused {method}.",
        cause="It may lack this call, or what was asked does not fit its state.",
        next="Run the command with --debug to see what the chain said.",
    ),
    "chain.dev_snapshot": Entry(
        "The local test chain does not know this snapshot.",
        cause="A snapshot serves once, and winding back to an earlier one forgets it.",
        next="Take a new snapshot.",
    ),
    "chain.dev_fund": Entry(
        "The transfer of {wei} wei on the local test chain did not succeed.",
        cause="The well-known account that pays is empty, or the chain adds no blocks.",
        next="Start a new local test chain.",
    ),
}
