"""
Faults on purpose: a proxy before any node that fails and lies as planned, and reorganisations of anvil.

For tests and for `attestree chain --faults`; nothing that talks to a real chain imports it. `faults` says
which faults there are and decides per question; `proxy` serves; `lies` and `stale` change answers;
`mempool` refuses what geth refuses and anvil does not; `reorgs` takes blocks back. Source: DESIGN sections
6, 7 and 11.
"""
