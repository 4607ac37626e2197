"""The settings file that `init` writes: read back as it was meant, and never over another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.cli.init import slug_of
from attestree.cli.settings_file import IssuerEntry, RegistryEntry, format_settings, write_settings
from attestree.errors import SettingsError
from attestree.registry.facts import ChainIdentity
from attestree.settings import FILE_NAME, load_settings
from attestree.wiring.chains import identity_of

IDENTITY = ChainIdentity(31337, b"\1" * 32, b"\2" * 20, 7, b"\3" * 32, b"\4" * 32)
REGISTRY = RegistryEntry(
    "local", ["http://a.example", "http://b.example"], "instant", IDENTITY, {"admin_key": "keys/a.json"}
)


def issuer(title: str = "University", did: str = "did:web:x.example") -> IssuerEntry:
    return IssuerEntry(
        "university", title, b"\5" * 20, did, "https://x.example", {"operator_key": "keys/o.json"}
    )


titles = st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable() and bool(text.strip()))


@given(title=titles)
def test_what_is_written_is_read_back(title: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("settings")
    text = format_settings(
        public_url="https://badges.x.example", registries=[REGISTRY], issuers=[issuer(title)]
    )
    settings = write_settings(folder, text)
    assert settings == load_settings(folder / FILE_NAME)
    assert settings.public_url == "https://badges.x.example"
    assert identity_of(settings.registry[0]) == IDENTITY
    assert settings.registry[0].rpc == ("http://a.example", "http://b.example")
    assert settings.registry[0].admin_key == Path("keys/a.json")
    assert (settings.issuer[0].title, settings.issuer[0].url) == (title, "https://x.example")
    assert settings.issuer[0].operator_key == Path("keys/o.json")


def test_without_a_public_address_none_is_set(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, format_settings(public_url=None, registries=[], issuers=[]))
    assert settings.public_url is None


def test_writing_the_same_again_changes_nothing_and_another_is_refused(tmp_path: Path) -> None:
    text = format_settings(public_url=None, registries=[REGISTRY], issuers=[])
    first = write_settings(tmp_path, text)
    assert write_settings(tmp_path, text) == first
    with pytest.raises(SettingsError) as caught:
        write_settings(tmp_path, text + "# mine\n")
    assert caught.value.code == "config.exists"
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == text


def test_a_file_that_could_not_be_read_back_is_never_written(tmp_path: Path) -> None:
    text = format_settings(public_url=None, registries=[], issuers=[issuer(did="nonsense")])
    with pytest.raises(SettingsError):
        write_settings(tmp_path, text)
    assert list(tmp_path.iterdir()) == []


@given(st.text())
def test_any_title_gives_a_name_for_folders(title: str) -> None:
    name = slug_of(title)
    assert name
    assert name == name.strip("-")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(name) <= 40


def test_accents_are_dropped_and_signs_become_hyphens() -> None:
    assert slug_of("École  d'Été, №1") == "ecole-d-ete-no1"
    assert slug_of("大学") == "issuer"
