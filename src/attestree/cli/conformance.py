"""
`attestree serve --profile conformance`: a server for the public test suites, and for nothing else.

Decides when it refuses to start: beside settings, since whoever has settings serves an issuer or a verifier,
and this server believes anybody. It is found by its name, when it is wanted: commands and web do not know
each other. Source: DESIGN sections 9 and 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from attestree.cli.console import Context
from attestree.errors import NotAllowedError

SERVER = "attestree.web.vc_api.server"
"""Module that runs the profile."""

CERTIFICATE = "attestree.web.vc_api.certificate"
"""Module that knows the files of https."""

WARNING = (
    "CONFORMANCE PROFILE, for test suites only: it trusts anybody, signs anything, and its keys are worth "
    "nothing. Never let others reach it."
)
"""Printed at every start."""


class Profile(StrEnum):
    """Which application is served."""

    PRODUCTION = "production"
    """The strict one, by trust file and chain."""
    CONFORMANCE = "conformance"
    """The one for the public test suites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """The flags of `serve` that only this profile has."""

    self_signed: bool
    """Https with a certificate made for the run."""
    certificate: Path | None
    """Https with this certificate, PEM."""
    key: Path | None
    """And this key, PEM."""
    seed: str | None
    """What the keys of the run are made of; None draws one."""

    def verify_unused(self) -> None:
        """Refuse them where another profile is served; NotAllowedError `conformance.flag`."""
        given = {
            "--tls-self-signed": self.self_signed,
            "--tls-cert": self.certificate is not None,
            "--tls-key": self.key is not None,
            "--seed": self.seed is not None,
        }
        for flag, is_given in given.items():
            if is_given:
                raise NotAllowedError("conformance.flag", flag=flag)


def serve_conformance(context: Context, flags: Flags, *, host: str, port: int) -> None:
    """
    Serve the profile until stopped.

    Raises:
        NotAllowedError: `conformance.settings`, `conformance.tls_files` or `refused.port`.
    """
    verify_alone(context)
    if (flags.certificate is None) != (flags.key is None):
        raise NotAllowedError("conformance.tls_files")
    tls = None
    if flags.certificate is not None:
        tls = import_module(CERTIFICATE).TlsFiles(flags.certificate, flags.key)
    context.console.progress(WARNING)

    def tell(url: str) -> None:
        context.console.result(f"Serving test suites on {url}   (Ctrl-C stops)", {"url": url})

    try:
        import_module(SERVER).run_conformance(
            host=host,
            port=port,
            tls=tls,
            self_signed=flags.self_signed,
            seed=None if flags.seed is None else flags.seed.encode(),
            on_ready=tell,
        )
    except OSError as error:
        raise NotAllowedError("refused.port", host=host, port=port) from error


def verify_alone(context: Context) -> None:
    """Refuse to start where there are settings; NotAllowedError `conformance.settings`."""
    from attestree.settings import find_settings_file

    found = context.settings_path or find_settings_file(Path.cwd())
    if found is not None:
        raise NotAllowedError("conformance.settings", file=found.name)
