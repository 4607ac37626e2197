"""
The registry contract as seen from outside: facts, events and their fold, storage slots, artifact.

Pure. Fetching is done in `adapters.evm`, judging in `verifying`. Source: DESIGN section 5.
"""
