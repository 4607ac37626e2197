"""
The steps by which a person gets started, each done only if it is not done yet.

Decides the order: keys, money on a test chain, contract, settings, trust, accreditation, operator.
Killed anywhere and run again, it goes on. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from attestree.accrediting.acts import Act, Profile, accredit, add_operator, admit_accreditor
from attestree.accrediting.founding import ADMIN_DELAY_SECONDS
from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.dev_rpc import DevRpc
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.files.atomic import write_whole
from attestree.adapters.keys.deferred import DeferredSigner
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.sql.store import SqlStore
from attestree.cli.settings_file import IssuerEntry, RegistryEntry, format_settings, write_settings
from attestree.cli.start_keys import KeyRing
from attestree.errors import ChainUnavailableError, NotAllowedError, RevertedError
from attestree.registry.facts import ChainIdentity, Role
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.settings import FILE_NAME, IssuerSettings, RegistrySettings, Settings
from attestree.verifying.trust import (
    NetworkKind,
    Trust,
    TrustedAccreditor,
    TrustedNetwork,
    format_trust,
)
from attestree.wiring.chains import wire_facts
from attestree.wiring.system import SystemClock
from attestree.wiring.workers import wire_act, wire_deployment

YEAR_SECONDS = 365 * 86_400
"""How long accreditations and operators of a test network last."""

TEST_MONEY_WEI = 10**18
"""What each account of a test network is given."""

Say = Callable[[str], None]
"""Told of each step as it is done."""


@dataclass(frozen=True, slots=True)
class IssuerPlan:
    """An issuer to be set up."""

    name: str
    """How commands call it."""
    title: str
    """The institution's name."""
    url: str | None = None
    """Its home page."""
    accredited: bool = True
    """Whether the registry's accreditor vouches for it."""


class Money(DevRpc):
    """The purse of a local test chain."""

    def __init__(self, url: str) -> None:
        """
        Take the chain at `url`.

        Raises:
            ChainUnavailableError: `chain.no_local_chain`.
            NotAllowedError: `refused.test_only`, any other chain.
        """
        self.url = url
        try:
            chain_id = fetch_bare_identity(JsonRpc(url)).chain_id
        except ChainUnavailableError as error:
            if error.code != "chain.unreachable":
                raise
            raise ChainUnavailableError("chain.no_local_chain", host=urlsplit(url).netloc) from error
        if chain_id not in DEV_CHAIN_IDS:
            raise NotAllowedError("refused.test_only", chain_id=chain_id)

    def give(self, address: bytes) -> None:
        """Give an account money that is worth nothing, if less than half of it is left."""
        account = f"0x{address.hex()}"
        if int(self.call("eth_getBalance", account, "latest"), 16) < TEST_MONEY_WEI // 2:
            self.fund(account, TEST_MONEY_WEI)


def deploy_registry(
    keys: KeyRing, *, urls: Sequence[str], name: str, finality: str, admin_key: str, ask: AskPassword | None
) -> ChainIdentity:
    """Deploy a registry whose first admin is the key called `admin_key`, and return what to pin."""
    bare = fetch_bare_identity(JsonRpc(urls[0]))
    path = keys.folder / keys.account_path(admin_key)
    signer = DeferredSigner(path, chain_id=bare.chain_id, ask=ask)
    with SqlStore.create(f"sqlite:///{(keys.folder / 'attestree.db').resolve()}") as store:
        return wire_deployment(
            urls,
            name=name,
            finality=finality,
            signer=signer,
            store=store,
            admin_delay_seconds=ADMIN_DELAY_SECONDS,
        )


def describe_network(kind: NetworkKind, name: str, identity: ChainIdentity) -> TrustedNetwork:
    """Return a registry as a trust file names it."""
    return TrustedNetwork(
        kind=kind,
        chain_id=identity.chain_id,
        genesis_hash=identity.genesis_hash,
        registry=identity.registry,
        deploy_block=identity.deploy_block,
        code_hash=identity.code_hash,
        name=name,
    )


def write_trust(path: Path, *, name: str, network: TrustedNetwork, accreditors: dict[bytes, str]) -> None:
    """Write a trust file that believes one network and some accreditors."""
    trusted = tuple(TrustedAccreditor(address, title) for address, title in accreditors.items())
    write_whole(path, format_trust(Trust(name, (network,), trusted, b"")).encode())


def build_issuer(keys: KeyRing, plan: IssuerPlan) -> IssuerEntry:
    """Make an issuer's keys, if they are not there, and return its entry in the settings."""
    name = plan.name
    keys.account(f"{name}-operator")
    return IssuerEntry(
        name=name,
        title=plan.title,
        address=keys.account(f"{name}-issuer"),
        did=keys.signing_did(name),
        url=plan.url,
        keys={
            "operator_key": keys.account_path(f"{name}-operator"),
            "issuer_key": keys.account_path(f"{name}-issuer"),
            "signing_key": keys.signing_path(name),
            "roster_key": keys.roster_key(name),
        },
    )


def set_up_test_network(
    folder: Path, *, rpc: str, public_url: str | None, issuers: Sequence[IssuerPlan], say: Say
) -> Settings:
    """
    Set a whole test network up in `folder`: registry, accreditor, issuers, operators.

    Args:
        folder: For settings, keys, store and batches.
        rpc: A local test chain.
        public_url: Where credentials would be found; None = nowhere.
        issuers: At least one.
        say: Told of each step.
    """
    keys, purse, finality = KeyRing(folder, password=None), Money(rpc), "instant"
    admin = keys.account("registry-admin")
    purse.give(admin)
    say("keys         made, with their passwords beside them: for tests only")
    if (folder / FILE_NAME).exists():
        settings = write_settings(folder, (folder / FILE_NAME).read_text(encoding="utf-8"))
    else:
        identity = deploy_registry(
            keys, urls=[rpc], name="local", finality=finality, admin_key="registry-admin", ask=None
        )
        admin_path = keys.account_path("registry-admin")
        registry = RegistryEntry(
            "local", [rpc], finality, identity, {"admin_key": admin_path, "accreditor_key": admin_path}
        )
        network = describe_network(NetworkKind.TEST, "local test chain", identity)
        write_trust(
            folder / "trust.toml", name="local test", network=network, accreditors={admin: "Test accreditor"}
        )
        entries = [build_issuer(keys, plan) for plan in issuers]
        settings = write_settings(
            folder, format_settings(public_url=public_url, registries=[registry], issuers=entries)
        )
    say(f"registry     {settings.registry[0].address} on local test chain {settings.registry[0].chain_id}")
    by_name = {issuer.name: issuer for issuer in settings.issuer}
    with SqlStore.create(f"sqlite:///{(folder / 'attestree.db').resolve()}") as store:
        for plan in issuers:
            _stand(settings, by_name[plan.name], plan, purse, store, say)
    return settings


def _stand(
    settings: Settings, issuer: IssuerSettings, plan: IssuerPlan, purse: Money, store: SqlStore, say: Say
) -> None:
    """Give one issuer money, a standing and an operator, as far as it has none."""
    registry = settings.find_registry(issuer.registry)
    address = issuer.account
    keys = KeyRing(settings.folder, password=None)
    operator = keys.account(f"{issuer.name}-operator")
    purse.give(address)
    purse.give(operator)
    known = wire_facts(registry, clock=SystemClock()).fetch_issuer(address)
    ends = known.view.latest.time + YEAR_SECONDS
    if plan.accredited and not known.spans:
        admin = keys.account("registry-admin")
        act_unless_done(
            admit_accreditor(admin, admin),
            "contract.accreditor_known",
            settings=settings,
            registry=registry,
            store=store,
        )
        profile = Profile(did=issuer.did, name=issuer.title, framework="test")
        wire_act(
            accredit(admin, address, profile=profile, ends=ends),
            settings=settings,
            registry=registry,
            store=store,
        )
    if not known.operators:
        act = add_operator(address, operator, roles=Role.ANCHOR | Role.STATUS, ends=ends)
        wire_act(act, settings=settings, registry=registry, store=store)
    standing = "accredited for a year" if plan.accredited else "not accredited"
    say(f"issuer       {issuer.title} ({issuer.name}), {standing}")


def act_unless_done(
    act: Act,
    done: str,
    *,
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    ask: AskPassword | None = None,
) -> None:
    """Drive an act, unless the contract refuses with the code that says it is done already."""
    try:
        wire_act(act, settings=settings, registry=registry, store=store, ask=ask)
    except RevertedError as error:
        if error.code != done:
            raise
