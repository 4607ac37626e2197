"""Settings: environment beats file beats default, and nothing is ignored, echoed or guessed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from attestree.cli.config import list_settings, mask_url, origin
from attestree.cli.main import run
from attestree.errors import SettingsError
from attestree.settings import FILE_NAME, Settings, find_settings_file, load_settings
from attestree.text.catalogue import explain_error

REGISTRY = f"""
[[registry]]
name = "local"
address = "0x{"aB" * 20}"
rpc = ["http://127.0.0.1:8545/"]
finality = "instant"
chain_id = 31337
genesis_hash = "0x{"01" * 32}"
deploy_block = 1
deploy_block_hash = "0x{"02" * 32}"
code_hash = "0x{"03" * 32}"
"""

ISSUER = f"""
[[issuer]]
name = "university"
title = "University"
address = "0x{"cD" * 20}"
did = "did:web:university.example"
"""

SECRET = "kUrZ-secret-99"


def write(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path | None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return caught.value


def test_without_a_file_there_are_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings == Settings(folder=tmp_path)
    assert settings.store.url == "sqlite:///attestree.db"


def test_the_nearest_file_upwards_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 'public_url = "https://far.example"')
    near = tmp_path / "near"
    inside = near / "a" / "b"
    inside.mkdir(parents=True)
    write(near, 'public_url = "https://near.example"')
    monkeypatch.chdir(inside)
    assert load_settings().public_url == "https://near.example"
    assert find_settings_file(inside) == near / FILE_NAME


def test_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, 'public_url = "https://file.example"\n[store]\nurl = "sqlite:///file.db"\n')
    monkeypatch.setenv("ATTESTREE_PUBLIC_URL", "https://environment.example/")
    monkeypatch.setenv("ATTESTREE_STORE__URL", "sqlite:///environment.db")
    settings = load_settings(path)
    assert settings.public_url == "https://environment.example"
    assert settings.store.url == "sqlite:///environment.db"


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, 'trust = "conf/trust.toml"'))
    assert settings.path(settings.trust) == tmp_path / "conf" / "trust.toml"
    assert settings.path(Path("/elsewhere")) == Path("/elsewhere")


def test_addresses_and_urls_are_kept_in_one_spelling(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, REGISTRY + ISSUER))
    assert settings.registry[0].address == "0x" + "ab" * 20
    assert settings.registry[0].rpc == ("http://127.0.0.1:8545",)
    assert settings.issuer[0].address == "0x" + "cd" * 20


def test_the_first_table_is_the_default_and_another_is_found_by_name(tmp_path: Path) -> None:
    second = REGISTRY.replace('"local"', '"other"')
    settings = load_settings(write(tmp_path, REGISTRY + second + ISSUER))
    assert settings.find_registry(None).name == "local"
    assert settings.find_registry("other").name == "other"
    assert settings.find_issuer(None) is settings.find_issuer("university")


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, REGISTRY))
    with pytest.raises(SettingsError) as caught:
        settings.find_registry("nowhere")
    assert (caught.value.code, caught.value.values) == ("config.no_registry", {"known": "local"})
    with pytest.raises(SettingsError) as caught:
        settings.find_issuer(None)
    assert (caught.value.code, caught.value.values) == ("config.no_issuer", {"known": "none"})


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("publc_url = 1", "publc_url"),
        (f'public_url = "{SECRET}"', "public_url"),
        ("[store]\nuri = 1", "store.uri"),
        (f'view_age_limit_seconds = "{SECRET}"', "view_age_limit_seconds"),
        ("view_age_limit_seconds = 0", "view_age_limit_seconds"),
        ("fee_limit_eth = 0", "fee_limit_eth"),
        (REGISTRY.replace("0x" + "aB" * 20, SECRET), "registry.0.address"),
        (REGISTRY.replace("0x" + "01" * 32, SECRET), "registry.0.genesis_hash"),
        (REGISTRY.replace('["http://127.0.0.1:8545/"]', "[]"), "registry.0.rpc"),
        (REGISTRY.replace("http://127.0.0.1:8545/", f"ftp://{SECRET}"), "registry.0.rpc.0"),
        (REGISTRY.replace('"local"', '"Not A Slug"'), "registry.0.name"),
        (REGISTRY.replace("chain_id = 31337\n", ""), "registry.0.chain_id"),
        (REGISTRY + REGISTRY, "registry"),
        (ISSUER + ISSUER, "issuer"),
        (ISSUER.replace("did:web:university.example", SECRET), "issuer.0.did"),
        (f'folder = "{SECRET}"', "folder"),
    ],
)
def test_a_bad_value_is_named_and_never_echoed(tmp_path: Path, text: str, setting: str) -> None:
    error = refusal(write(tmp_path, text))
    said = explain_error(error)
    assert (error.code, error.values["setting"]) == ("config.bad_value", setting)
    assert SECRET not in f"{error} {said}"


def test_an_unknown_finality_is_refused_in_its_own_words(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, REGISTRY.replace('"instant"', f'"{SECRET}"')))
    assert error.code == "config.finality"
    assert SECRET not in f"{error} {explain_error(error)}"


@pytest.mark.parametrize(
    "variable", ["ATTESTREE_PUBLC_URL", "ATTESTREE_", "ATTESTREE_FOLDER", "ATTESTREE_STORES__URL"]
)
def test_an_unknown_variable_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, SECRET)
    error = refusal(write(tmp_path, ""))
    assert (error.code, error.values) == ("config.unknown_variable", {"variable": variable})


def test_variables_for_keys_are_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", SECRET)
    assert load_settings(write(tmp_path, "")).registry == ()


def test_a_table_in_the_environment_that_is_not_json_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTESTREE_REGISTRY", SECRET)
    error = refusal(write(tmp_path, ""))
    assert (error.code, error.values["setting"]) == ("config.bad_value", "ATTESTREE_REGISTRY")
    assert SECRET not in f"{error} {explain_error(error)}"


def test_a_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.toml").code == "config.no_file"
    assert refusal(tmp_path).code == "config.unreadable"
    (tmp_path / "latin.toml").write_bytes(b'public_url = "\xe9"')
    assert refusal(tmp_path / "latin.toml").code == "config.unreadable"
    error = refusal(write(tmp_path, f'a = 1\nb = "{SECRET}'))
    assert error.code == "config.syntax"
    assert SECRET not in f"{error} {explain_error(error)}"


def test_the_origin_of_a_setting_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTREE_STORE__URL", "sqlite:///environment.db")
    settings = load_settings(write(tmp_path, 'trust = "t.toml"\n' + REGISTRY))
    assert origin(settings, "store") == "environment"
    assert origin(settings, "trust") == "file"
    assert origin(settings, "batches") == "default"
    listed = {name: (source, value) for name, source, value in list_settings(settings)}
    assert listed["store.url"] == ("environment", "sqlite:///environment.db")
    assert listed["registry.local.chain_id"] == ("file", "31337")
    assert listed["public_url"] == ("default", "not set")
    assert "folder" not in listed


def test_passwords_in_addresses_are_not_shown(tmp_path: Path) -> None:
    text = f'[store]\nurl = "postgresql://ann:{SECRET}@host/name"\n' + REGISTRY.replace(
        "http://127.0.0.1:8545/", f"https://node.example/v3/{SECRET}"
    )
    values = [value for _, _, value in list_settings(load_settings(write(tmp_path, text)))]
    assert "postgresql://ann:***@host/name" in values
    assert "https://node.example/***" in values
    assert not any(SECRET in value for value in values)


def test_an_address_without_secrets_is_shown_as_it_is() -> None:
    for url in ("http://127.0.0.1:8545", "sqlite:///attestree.db", "postgresql://host/name"):
        assert mask_url(url) == url
    assert SECRET not in mask_url(f"https://node.example?key={SECRET}")


def test_what_the_settings_show_command_prints_is_json_or_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, REGISTRY)
    assert run(["--config", str(path), "--json", "config", "show"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["registry.local.chain_id"] == {"value": "31337", "origin": "file"}
    assert run(["--config", str(path), "config", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(listed)


def test_the_program_of_the_alarm_is_shown_without_what_it_is_given(tmp_path: Path) -> None:
    text = '[alarm]\ncommand = ["call", "--token", "canary"]\n'
    shown = {name: value for name, _, value in list_settings(load_settings(write(tmp_path, text)))}
    assert shown["alarm.command"].startswith("call, ")
    assert "canary" not in str(shown)
    assert shown["alarm.repeat_minutes"] == "60"


def test_a_table_comes_partly_from_the_file_and_partly_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, '[store]\nurl = "sqlite:///file.db"\n[status]\nttl_minutes = 3\n')
    monkeypatch.setenv("ATTESTREE_STORE__KEEP_FREE_MB", "7")
    monkeypatch.setenv("ATTESTREE_ALARM__COMMAND", '["call", "me"]')
    settings = load_settings(path)
    assert (settings.store.url, settings.store.keep_free_mb) == ("sqlite:///file.db", 7)
    assert settings.status.ttl_minutes == 3
    assert settings.alarm.command == ("call", "me")
    assert type(settings) is Settings


def test_only_a_setting_in_the_environment_loads_what_reads_it(tmp_path: Path) -> None:
    code = (
        "import sys; from attestree.settings import load_settings; load_settings();"
        "print('pydantic_settings' in sys.modules)"
    )
    for variable, loaded in ((None, "False"), ("ATTESTREE_TRUST", "True")):
        environment = {**os.environ, **({variable: "other.toml"} if variable else {})}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=True,
        )
        assert done.stdout.strip() == loaded
