"""
Reads the short form of an achievement, key by key.

Decides which types, texts and addresses the values may have. What the keys mean is decided in
`achievement`. Source: DESIGN section 9.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from attestree.credentials.issue_text import MAX_NARRATIVE_CHARACTERS, MAX_TITLE_CHARACTERS, check_text
from attestree.credentials.reading import is_address
from attestree.errors import AchievementError

MAX_LIST_ITEMS = 100
"""Most learning outcomes, tags or skills."""


@dataclass(frozen=True, slots=True)
class ShortForm:
    """The short form, or one table in it."""

    members: Mapping[str, object]
    """Keys and values, as TOML gives them."""
    prefix: str = ""
    """What stands before a key in the `field` of an error."""

    def line(self, key: str, *, prose: bool = False) -> str | None:
        """Return text that may be issued, or None where there is none."""
        value = self.members.get(key)
        return None if value is None else require_text(value, self.prefix + key, prose=prose)

    def required(self, key: str, *, prose: bool = False) -> str:
        """Return text that must be there."""
        value = self.line(key, prose=prose)
        if value is None:
            raise AchievementError("achievement.missing", field=self.prefix + key)
        return value

    def address(self, key: str) -> str | None:
        """Return an address, or None where there is none."""
        value = self.line(key)
        if value is not None and not is_address(value):
            raise AchievementError("achievement.url", field=self.prefix + key)
        return value

    def items(self, key: str) -> list[object]:
        """Return the items of a list, none where there is none."""
        value = self.members.get(key, [])
        if not isinstance(value, list):
            raise AchievementError("achievement.type", field=self.prefix + key, expected="list")
        if len(value) > MAX_LIST_ITEMS:
            raise AchievementError("achievement.range", field=self.prefix + key, first=0, last=MAX_LIST_ITEMS)
        return value

    def number(self, key: str, *, first: int, last: int) -> float | None:
        """Return a number in a range, or None where there is none."""
        value = self.members.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise AchievementError("achievement.type", field=self.prefix + key, expected="number")
        if not first <= value <= last:
            raise AchievementError("achievement.range", field=self.prefix + key, first=first, last=last)
        return value


def require_known(members: Mapping[str, object], known: Collection[str], field: str) -> None:
    """Refuse a key that is not known, naming the nearest one that is: `achievement.unknown_key`."""
    for key in members:
        if key not in known:
            nearest = difflib.get_close_matches(str(key), list(known), n=1, cutoff=0.0)[0]
            raise AchievementError("achievement.unknown_key", field=field, nearest=nearest)


def require_text(value: object, field: str, *, prose: bool = False) -> str:
    """Require text that may be issued: `achievement.type` or an `issue.*` code."""
    if not isinstance(value, str):
        raise AchievementError("achievement.type", field=field, expected="text")
    limit = MAX_NARRATIVE_CHARACTERS if prose else MAX_TITLE_CHARACTERS
    code = check_text(value, limit=limit, multiline=prose) if value.strip() else "issue.empty_text"
    if code is not None:
        raise AchievementError(code, field=field, path=field, limit=limit)
    return value


def require_form(value: str | None, pattern: re.Pattern[str], field: str) -> str | None:
    """Require a value to have its form, if there is one: `achievement.form`."""
    if value is not None and not pattern.fullmatch(value):
        raise AchievementError("achievement.form", field=field)
    return value
