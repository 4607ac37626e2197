"""The achievement of the template, filled in as a registrar would."""

from __future__ import annotations

from attestree.cli.template import read_template
from attestree.credentials.achievement import PLACEHOLDERS


def fill_achievement() -> bytes:
    """Return the template with a text in the place of each placeholder."""
    text = read_template("achievement").decode()
    for placeholder in PLACEHOLDERS.values():
        assert placeholder in text
        text = text.replace(placeholder, "Data Literacy")
    return text.encode()
