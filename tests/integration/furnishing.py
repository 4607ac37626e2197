"""
What lies in the folder of an institution: tables of `attestree.toml`, key files, a trust file, a roster.

Every office of the tests is furnished from here, so that a new setting is written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attestree.adapters.keys.files import create_key_file
from attestree.adapters.keys.private_file import write_private
from attestree.verifying.trust import NetworkKind, Trust, TrustedAccreditor, TrustedNetwork
from tests.integration.deployed import Actor, Deployed

DID: Final = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
TITLE: Final = "Example University"
ROSTER: Final = (
    "learner_id;email;name;awarded_on;result;credits\n"
    "0017;zofia@example.org;Zofia Kowalska;2026-05-01;A;2.5\n"
    "0018;;张伟;2026-05-01;B;2.5\n"
    "0019;aoife@example.org;Aoife Ní Bhriain;2026-05-01;A;2.5\n"
)
ACHIEVEMENT: Final = (
    'title = "Data Literacy"\ndescription = "Reads and questions data."\n'
    'learning_outcomes = ["Reads a chart"]\ncredits = 2.5\n'
)
PASSWORD: Final = "pw"
"""Of every key file."""


def registry_table(
    registry: Deployed, *, rpc: str = "", finality: str = "instant", keys: Mapping[str, str] | None = None
) -> str:
    """Return a `[[registry]]` named `local`; `keys` are paths by the name of their setting."""
    pins = registry.identity
    lines = [
        "[[registry]]",
        'name = "local"',
        f'address = "0x{pins.registry.hex()}"',
        f'rpc = ["{rpc or registry.chain.url}"]',
        f'finality = "{finality}"',
        f"chain_id = {pins.chain_id}",
        f'genesis_hash = "0x{pins.genesis_hash.hex()}"',
        f"deploy_block = {pins.deploy_block}",
        f'deploy_block_hash = "0x{pins.deploy_block_hash.hex()}"',
        f'code_hash = "0x{pins.code_hash.hex()}"',
    ]
    return "\n".join([*lines, *_key_lines(keys)]) + "\n"


def issuer_table(address: bytes, *, keys: Mapping[str, str] | None = None) -> str:
    """Return an `[[issuer]]` named `example-university`; `keys` are paths by the name of their setting."""
    lines = [
        "[[issuer]]",
        'name = "example-university"',
        f'title = "{TITLE}"',
        f'address = "0x{address.hex()}"',
        f'did = "{DID}"',
    ]
    return "\n".join([*lines, *_key_lines(keys)]) + "\n"


def _key_lines(keys: Mapping[str, str] | None) -> list[str]:
    return [f'{setting} = "{path}"' for setting, path in (keys or {}).items()]


def keep_key(folder: Path, name: str, actor: Actor, *, scrypt_work: int = 2**8) -> str:
    """Write a key file with its password beside it; return its path, counted from the folder."""
    path = folder / "keys" / f"{name}.json"
    create_key_file(path, password=PASSWORD, private_key=bytes(actor.account.key), scrypt_work=scrypt_work)
    write_private(path.with_name(path.name + ".password"), PASSWORD.encode())
    return f"keys/{name}.json"


def trust_in(registry: Deployed, *accreditors: Actor, agency: str = "Agency") -> Trust:
    """Return the trust of who believes a registry and, where nobody is named, its one accreditor."""
    pins = registry.identity
    believed = TrustedNetwork(
        NetworkKind.TEST,
        pins.chain_id,
        pins.genesis_hash,
        pins.registry,
        pins.deploy_block,
        pins.code_hash,
        "local",
    )
    named = {f"accreditor {number}": actor for number, actor in enumerate(accreditors)}
    listed = [TrustedAccreditor(actor.address, name) for name, actor in named.items()]
    alone = TrustedAccreditor(registry.accreditor.address, agency)
    return Trust("tests", (believed,), tuple(listed) or (alone,), b"")
