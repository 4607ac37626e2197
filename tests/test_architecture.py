"""The house stays as it was drawn: arrows point one way, modules stay short, the package is typed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import attestree

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "src" / "attestree").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 350


def place(path: Path) -> str:
    return str(path.relative_to(ROOT / "src"))


def test_imports_follow_the_arrows() -> None:
    # The program beside this Python, so that the right environment is examined.
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_says_what_it_decides(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""'), "no docstring"


def test_every_folder_of_the_package_is_a_package() -> None:
    for path in MODULES:
        assert (path.parent / "__init__.py").is_file(), place(path.parent)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_no_test_patches_our_own_modules(path: Path) -> None:
    # Fakes implement ports; a patched module proves nothing about the real one.
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"setattr\(\s*[\"']attestree\.|^(from|import) unittest", text, re.MULTILINE)


def test_the_package_is_typed() -> None:
    assert (Path(attestree.__file__).parent / "py.typed").is_file()


def test_importing_the_package_stays_light() -> None:
    heavy = "{'web3', 'pydantic', 'sqlalchemy', 'fastapi', 'typer', 'rich', 'numpy', 'cryptography'}"
    script = f"import sys, attestree; found = {heavy} & set(sys.modules); sys.exit(', '.join(found) or 0)"
    checked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_all_lists_what_exists_in_order() -> None:
    assert attestree.__all__ == sorted(attestree.__all__)
    assert all(hasattr(attestree, name) for name in attestree.__all__)
