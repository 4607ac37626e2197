"""
Everything that speaks JSON-RPC to an EVM chain, and the two local test chains.

Foreign errors end here: what web3, eth-tester or a socket raises becomes one of ours. Source: DESIGN
sections 6, 7 and 11.
"""
