"""Stub."""

from pathlib import Path


def build_section(_folder: Path) -> str:
    return ""
