"""Sentences for `chain.*`: reading from and writing to the network that holds the public record."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "chain.unreachable": Entry(
        "The network could not be reached ({host}).",
        cause="The node is down, its address is wrong, or a firewall is in between.",
        next="Check `rpc` in the settings and that the node is running, then try again.",
    ),
    "chain.timeout": Entry(
        "The network did not answer in time ({host}).",
        cause="The node is overloaded, or the connection to it is slow.",
        next="Try again in a minute; if it stays so, name another node under `rpc`.",
    ),
    "chain.rate_limited": Entry(
        "The node {host} takes no more questions for the moment.",
        cause="Its operator limits how many questions one user may ask.",
        next="Wait a minute and try again, or use a node with a higher limit.",
    ),
    "chain.too_large": Entry(
        "The node {host} sent more than {limit} bytes in one answer.",
        cause="What answers there may be something else than a node.",
        next="Check `rpc` in the settings.",
    ),
    "chain.redirected": Entry(
        "The node {host} sends us on to another address, which we do not follow.",
        cause="The address in the settings is not quite the node's own, often http instead of https.",
        next="Write the final address under `rpc` in the settings.",
    ),
    "chain.bad_answer": Entry(
        "The network gave an answer that cannot be used.",
        cause="It was not {wanted}; what answers may be something else than a node, or a node out of order.",
        next="Check `rpc` in the settings, or name another node there.",
    ),
    "chain.bad_record": Entry(
        "The network gave a record that the registry would never have written ({record}).",
        cause="The node is out of order or does not tell the truth.",
        next="Use another node, best one of your own.",
    ),
    "chain.error": Entry(
        "The node {host} refused to answer (its code {rpc_code}).",
        cause="It may not keep old blocks, not offer this kind of question, or still be catching up.",
        next="Try again later, or name a node under `rpc` that keeps the full history.",
    ),
    "chain.no_block": Entry(
        "The node {host} does not have a block that is needed.",
        cause="It is still catching up, or the network was wound back.",
        next="Wait until the node has caught up, then try again.",
    ),
    "chain.no_deploy_block": Entry(
        "The node {host} does not have block {block}, in which the public record was founded.",
        cause="It is still catching up, or it is a test chain that was wiped.",
        next="Wait until the node has caught up. For a test chain that was wiped on purpose: "
        "`attestree registry rerecord`.",
    ),
    "chain.no_code": Entry(
        "There is no registry at the address that was set up.",
        cause="The address is wrong, the node serves another network, or it has not caught up yet.",
        next="Compare address and network with those that the registry's operator published.",
    ),
    "chain.reorganised": Entry(
        "The newest blocks of the network changed while they were being read.",
        cause="Networks now and then replace their newest blocks; nothing is wrong.",
        next="Try again.",
    ),
    "chain.sources_disagree": Entry(
        "The nodes that were asked do not say the same.",
        cause="One of them lags behind, follows another branch, or does not tell the truth.",
        next="Try again in a minute; if it stays so, find out which node is wrong and replace it.",
    ),
    "chain.stale_node": Entry(
        "The newest block that the node knows is {age_seconds} seconds old.",
        cause="The node has lost touch with the network.",
        next="Wait until it has caught up, or name another node under `rpc`.",
    ),
    "chain.stale_view": Entry(
        "What is known of the network is {age_seconds} seconds old, which is too old to judge by.",
        cause="The node has not answered since.",
        next="Try again in a few minutes; the operator should look at the node.",
    ),
    "chain.no_view": Entry(
        "The network has not been read yet.",
        cause="The service has just been started, or could not reach its node so far.",
        next="Try again in a minute.",
    ),
    "chain.went_back": Entry(
        "The node has gone back behind block {block}, which counted as final.",
        cause="It is a node that is still catching up, or the network was wound back.",
        next="Wait until the node has caught up; after a deliberate rewind, restart the service.",
    ),
    "chain.final_behind": Entry(
        "The network's final block is {found}, and was {block} before.",
        cause="The node is still catching up, or it is a test chain that lost its newest blocks.",
        next="Wait until the node has caught up. If a test chain lost blocks for good, "
        "`attestree anchor --resume REGISTRY` goes on from where it stands.",
    ),
    "chain.node_behind": Entry(
        "The node {host} is {blocks} blocks behind the others.",
        cause="It has lost touch with the network, or is still catching up.",
        next="Wait until it has caught up, or name another node under `rpc`.",
    ),
    "chain.no_money": Entry(
        "The signing key {address} has too little money for the fee.",
        cause="Every record costs a small fee, paid by the key that signs.",
        next="Send some of the network's currency to {address}, then run the command again.",
    ),
    "chain.nonce_too_low": Entry(
        "The network has recorded a transaction of this key in the meantime; looking again."
    ),
    "chain.underpriced": Entry("The node keeps the earlier transaction: the new fee is not high enough yet."),
    "chain.refused": Entry(
        "The node does not take the transaction.",
        cause="It gave a reason of its own (number {rpc_code}).",
        next="Nothing is lost: it is sent again later. Another node may take it.",
    ),
}
"""Code to entry."""
