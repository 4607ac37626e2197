"""
`attestree init`: from nothing to a folder in which every command works.

Decides the three ways to begin - a test network, joining a registry, founding one - and the questions
asked where an answer was not given as a flag. May be run again: what is done is not done twice.
Source: DESIGN section 9.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from attestree.cli.console import Context
from attestree.cli.password import ask_password
from attestree.cli.start_networks import found_registry, join_registry
from attestree.cli.start_steps import IssuerPlan, set_up_test_network
from attestree.cli.trust import read_source
from attestree.errors import NotAllowedError, SettingsError
from attestree.settings import Settings
from attestree.verifying.trust import parse_trust

LOCAL_RPC = "http://127.0.0.1:8545"
"""Where `attestree chain` answers unless told otherwise."""


class Way(StrEnum):
    """How to begin."""

    TEST = "test"
    """A test network of one's own; nothing recorded on it is worth anything."""
    JOIN = "join"
    """Issue in a registry that somebody else runs."""
    FOUND = "found"
    """Run a registry, and vouch for issuers."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was given as flags; what is missing is asked."""

    rpc: list[str]
    """JSON-RPC URLs."""
    title: str | None
    """The institution's name."""
    public_url: str | None
    """Where credentials will be found."""
    yes: bool
    """Whether questions are answered with their defaults."""

    def text(self, given: str | None, question: str, default: str) -> str:
        """Return an answer: the flag, the default, or what the person types."""
        if given is not None:
            return given
        return default if self.yes else str(typer.prompt(question, default=default, err=True))


def register(app: typer.Typer) -> None:
    """Add `init` to the program."""
    app.command(rich_help_panel="Start")(init)


def init(
    ctx: typer.Context,
    way: Annotated[Way | None, typer.Argument(help="test, join or found; asked if left out.")] = None,
    *,
    rpc: Annotated[list[str] | None, typer.Option(help="JSON-RPC address; repeat for several.")] = None,
    title: Annotated[str | None, typer.Option(help="Name of the institution, as people read it.")] = None,
    public_url: Annotated[
        str | None, typer.Option(help="Where credentials will be found; written into them for ever.")
    ] = None,
    trust: Annotated[str | None, typer.Option(help="join: the registry's trust file or its address.")] = None,
    sha256: Annotated[str | None, typer.Option("--sha256", help="join: SHA-256 of the trust file.")] = None,
    folder: Annotated[Path, typer.Option("--dir", help="Where to set up.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Take the default of every question.")] = False,
) -> None:
    """Set up a folder: keys, settings, trust file; on a test chain everything."""
    context: Context = ctx.obj
    answers = Answers(rpc or [], title, public_url, yes)
    chosen = way or Way(answers.text(None, "Begin with: test, join or found", Way.TEST))
    folder.mkdir(parents=True, exist_ok=True)
    if chosen is Way.TEST:
        settings = _test(context, answers, folder)
    elif chosen is Way.JOIN:
        settings = _join(context, answers, folder, trust, sha256)
    else:
        settings = _found(context, answers, folder)
    context.console.result(describe_next(chosen, settings), {"way": chosen.value, "folder": str(folder)})


def _test(context: Context, answers: Answers, folder: Path) -> Settings:
    rpc = answers.rpc[0] if answers.rpc else LOCAL_RPC
    title = answers.text(answers.title, "Name of your institution", "Example University")
    plan = IssuerPlan(slug_of(title), title)
    return set_up_test_network(
        folder, rpc=rpc, public_url=answers.public_url, issuers=[plan], say=context.console.progress
    )


def _join(
    context: Context, answers: Answers, folder: Path, source: str | None, sha256: str | None
) -> Settings:
    octets = read_source(answers.text(source, "Trust file of the registry, or its https address", ""), sha256)
    title = answers.text(answers.title, "Name of your institution, as accredited", "")
    return join_registry(
        folder,
        trust=parse_trust(octets),
        octets=octets,
        urls=answers.rpc or [answers.text(None, "JSON-RPC address of the chain", "")],
        plan=IssuerPlan(slug_of(title), title),
        public_url=_confirmed_url(answers),
        password=new_password(answers),
        say=context.console.progress,
    )


def _found(context: Context, answers: Answers, folder: Path) -> Settings:
    title = answers.text(answers.title, "Name of the registry, as verifiers will read it", "")
    return found_registry(
        folder,
        urls=answers.rpc or [answers.text(None, "JSON-RPC address of the chain", "")],
        title=title,
        slug=slug_of(title),
        password=new_password(answers),
        ask=ask_password,
        say=context.console.progress,
    )


def _confirmed_url(answers: Answers) -> str | None:
    """Return the public address, after the person has confirmed that it is for ever."""
    if answers.public_url is None:
        return None
    if re.match(r"https?://(localhost|127\.|\[::1\])", answers.public_url):
        raise SettingsError("config.public_url")
    question = f"{answers.public_url} will stand in every credential for ever. Is it yours for many years?"
    if not answers.yes and not typer.confirm(question, err=True):
        raise NotAllowedError("refused.not_confirmed")
    return answers.public_url


def new_password(answers: Answers) -> str | None:
    """Return the password for new keys: from the environment, or typed twice."""
    from attestree.adapters.keys.password import find_password

    def ask(_name: str) -> str:
        if answers.yes:
            return ""
        return str(
            typer.prompt("Password for the new keys", hide_input=True, confirmation_prompt=True, err=True)
        )

    return find_password("keys", ask)


def slug_of(title: str) -> str:
    """Return a name for commands and folders: small ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40] or "issuer"


def describe_next(way: Way, settings: Settings) -> str:
    """Return what the person does next."""
    if way is Way.TEST:
        return (
            "Ready, on a TEST network: nothing recorded here is worth anything.\n"
            "Next: attestree template roster; attestree template achievement; "
            "attestree issue roster.csv --achievement achievement.toml"
        )
    if way is Way.FOUND:
        return (
            "Ready. Give this to verifiers and issuers: attestree registry show --as-trust-file\n"
            "Next: attestree issuer accredit ADDRESS --did DID --title NAME"
        )
    issuer = settings.issuer[0]
    return (
        "Ready, once the accreditor has vouched for you. Send it these three:\n"
        f" account  {issuer.address}\n did      {issuer.did}\n name     {issuer.title}\n"
        "Next, when that is done: attestree issuer operator add"
    )
