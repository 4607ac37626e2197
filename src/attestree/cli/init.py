"""
`attestree init`: from nothing to a folder in which every command works.

Decides the three ways to begin - a test network, joining a registry, founding one - and the questions
asked where an answer was not given as a flag. May be run again: what is done is not done twice.
Source: DESIGN section 9.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from attestree.cli.console import Context
from attestree.cli.password import ask_password
from attestree.cli.start_networks import found_registry, join_registry
from attestree.cli.start_steps import IssuerPlan, set_up_test_network
from attestree.cli.trust import read_source
from attestree.errors import NotAllowedError, RequestError, SettingsError
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

    def text(self, given: str | None, question: str, *, default: str = "", option: str) -> str:
        """
        Return an answer: the flag, the default, or what the person types.

        Raises:
            RequestError: `request.answer_missing`, there is none and nobody to ask.
        """
        answer = given
        if answer is None and sys.stdin.isatty() and not self.yes:
            answer = str(typer.prompt(question, default=default or None, err=True))
        answer = (answer if answer is not None else default).strip()
        if not answer:
            raise RequestError("request.answer_missing", option=option)
        return answer

    def urls(self) -> list[str]:
        """Return the JSON-RPC URLs of a chain that is not ours."""
        return self.rpc or [self.text(None, "JSON-RPC address of the chain", option="--rpc")]


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
    chosen = way or _ask_way(answers)
    if public_url is not None:
        verify_public_url(public_url, test=chosen is Way.TEST)
    folder.mkdir(parents=True, exist_ok=True)
    if chosen is Way.TEST:
        settings = _test(context, answers, folder)
    elif chosen is Way.JOIN:
        settings = _join(context, answers, folder, trust, sha256)
    else:
        settings = _found(context, answers, folder)
    context.console.result(
        describe_next(chosen, settings, folder),
        {
            "way": chosen.value,
            "folder": str(folder),
            "registries": [item.address for item in settings.registry],
            "issuers": [
                {"name": item.name, "account": item.address, "did": item.did, "title": item.title}
                for item in settings.issuer
            ],
        },
    )


def _test(context: Context, answers: Answers, folder: Path) -> Settings:
    rpc = answers.rpc[0] if answers.rpc else LOCAL_RPC
    title = answers.text(
        answers.title, "Name of your institution", default="Example University", option="--title"
    )
    plan = IssuerPlan(slug_of(title), title)
    return set_up_test_network(
        folder, rpc=rpc, public_url=answers.public_url, issuers=[plan], say=context.console.progress
    )


def _join(
    context: Context, answers: Answers, folder: Path, source: str | None, sha256: str | None
) -> Settings:
    asked = answers.text(source, "Trust file of the registry, or its https address", option="--trust")
    octets = read_source(asked, sha256)
    title = answers.text(answers.title, "Name of your institution, as accredited", option="--title")
    return join_registry(
        folder,
        trust=parse_trust(octets),
        octets=octets,
        urls=answers.urls(),
        plan=IssuerPlan(slug_of(title), title),
        public_url=_confirmed_url(answers),
        password=new_password(answers),
        say=context.console.progress,
    )


def _found(context: Context, answers: Answers, folder: Path) -> Settings:
    title = answers.text(answers.title, "Name of the registry, as verifiers will read it", option="--title")
    return found_registry(
        folder,
        urls=answers.urls(),
        title=title,
        slug=slug_of(title),
        password=new_password(answers),
        ask=ask_password,
        say=context.console.progress,
    )


def _ask_way(answers: Answers) -> Way:
    """Return the way to begin, asked again until it is one."""
    ways = [way.value for way in Way]
    while True:
        said = answers.text(None, "Begin with: test, join or found", default=Way.TEST, option="test")
        if said in ways:
            return Way(said)


def verify_public_url(url: str, *, test: bool) -> None:
    """
    Return if credentials may be found at an address for ever, before anything is made for it.

    Raises:
        SettingsError: `config.public_url`.
    """
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "::1") or (parts.hostname or "").startswith("127.")
    if parts.scheme not in ("http", "https") or not parts.hostname or (local and not test):
        raise SettingsError("config.public_url")


def _confirmed_url(answers: Answers) -> str | None:
    """Return the public address, after the person has confirmed that it is for ever."""
    if answers.public_url is None:
        return None
    question = f"{answers.public_url} will stand in every credential for ever. Is it yours for many years?"
    if not answers.yes and not (sys.stdin.isatty() and typer.confirm(question, err=True)):
        raise NotAllowedError("refused.not_confirmed")
    return answers.public_url


def new_password(answers: Answers) -> str | None:
    """Return the password for new keys: from the environment, or typed twice."""
    from attestree.adapters.keys.password import find_password

    def ask(_name: str) -> str:
        if answers.yes or not sys.stdin.isatty():
            return ""
        return str(
            typer.prompt("Password for the new keys", hide_input=True, confirmation_prompt=True, err=True)
        )

    return find_password("keys", ask)


def slug_of(title: str) -> str:
    """Return a name for commands and folders: small ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:40].rstrip("-") or "issuer"


def describe_next(way: Way, settings: Settings, folder: Path) -> str:
    """Return what the person does next."""
    enter = [] if folder.resolve() == Path.cwd() else [f"cd {folder}"]
    if way is Way.TEST:
        lines = [
            "Ready, on a TEST network: nothing recorded here is worth anything. Next:",
            *enter,
            "attestree template roster",
            "attestree template achievement      (then write your title and description in achievement.toml)",
            "attestree issue roster.csv --achievement achievement.toml",
        ]
        return "\n  ".join(lines)
    if way is Way.FOUND:
        lines = [
            "Ready. Give verifiers and issuers what the first command prints; vouch with the second:",
            *enter,
            "attestree registry show --as-trust-file",
            "attestree issuer accredit ACCOUNT --did DID --title NAME",
        ]
        return "\n  ".join(lines)
    issuer = settings.issuer[0]
    return (
        "Ready, once the accreditor has vouched for you. Send it these three:\n"
        f" account  {issuer.address}\n did      {issuer.did}\n name     {issuer.title}\n"
        "Next, when that is done: attestree issuer operator add"
    )
