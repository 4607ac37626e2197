"""
Reading members of an untrusted JSON object, with a path to say where something was wrong.

Decides which JSON type and which addresses a member may have. Paths are made of names of the standards
and of positions, never of names or text that the document brought along. Source: DESIGN section 4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import MalformedCredentialError

ROOT = "(top level)"
"""Stands for the path of the document itself."""

MAX_ITEMS = 256
"""Most items of an array that is read item by item."""

MAX_ADDRESS_CHARACTERS = 2048
"""Longest address or identifier."""

# Only addresses that may become a link: no javascript:, data: or file:, nothing invisible, no spaces.
_VISIBLE = r"[^\s\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\"<>\\^`{|}]"
_SCHEME = r"(?i:https?://(?=[^/?#])|urn:[a-z0-9][a-z0-9-]{0,31}:|did:[a-z0-9]+:)"
_ADDRESS = re.compile(rf"{_SCHEME}{_VISIBLE}+")
# the same for ASCII, which is read sooner letter by letter than by what it is not
_LETTERS = "".join(re.escape(sign) for sign in map(chr, range(128)) if re.fullmatch(_VISIBLE, sign))
_ASCII_ADDRESS = re.compile(rf"{_SCHEME}[{_LETTERS}]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reader:
    """One JSON object and the path to it."""

    members: JsonObject
    """The object."""
    path: str = ""
    """Names and positions down to the object, such as `evidence[2]`; empty for the credential itself."""

    def path_of(self, name: str) -> str:
        """Return the path of a member."""
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str | None:
        """Return a string, or None where there is none; otherwise `format.not_text`."""
        value = self.members.get(name)
        if value is not None and not isinstance(value, str):
            raise MalformedCredentialError("format.not_text", path=self.path_of(name))
        return value

    def localized(self, name: str) -> str | None:
        """Return a string, or the first of language value objects; otherwise `format.not_text`."""
        value = self.members.get(name)
        first = value[0] if isinstance(value, list) and value else value
        text = first.get("@value") if isinstance(first, dict) else first
        if text is not None and not isinstance(text, str):
            raise MalformedCredentialError("format.not_text", path=self.path_of(name))
        return text

    def number(self, name: str) -> int | float | None:
        """Return a number, or None where there is none; otherwise `format.not_number`."""
        value = self.members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MalformedCredentialError("format.not_number", path=self.path_of(name))
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean, false where there is none; otherwise `format.not_boolean`."""
        value = self.members.get(name, False)
        if not isinstance(value, bool):
            raise MalformedCredentialError("format.not_boolean", path=self.path_of(name))
        return value

    def moment(self, name: str) -> int | None:
        """Return the Unix seconds of a time stamp; otherwise `format.not_text` or a `date.*` code."""
        value = self.text(name)
        return None if value is None else parse_timestamp(value, path=self.path_of(name))

    def address(self, name: str) -> str | None:
        """Return an https, http, urn or did address; otherwise `format.url`."""
        value = self.text(name)
        if value is not None:
            require_address(value, self.path_of(name))
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return one string or an array of them; otherwise `format.not_text`."""
        values = self._items(name)
        for value in values:
            if not isinstance(value, str):
                raise MalformedCredentialError("format.not_text", path=self.path_of(name))
        return tuple(value for value in values if isinstance(value, str))

    def object(self, name: str) -> Reader | None:
        """Return the one object under a name; of an array, the first."""
        return next(iter(self.objects(name)), None)

    def objects(self, name: str) -> tuple[Reader, ...]:
        """Return one object or an array of them; otherwise `format.not_object`."""
        many = isinstance(self.members.get(name), list)
        readers: list[Reader] = []
        for number, value in enumerate(self._items(name)):
            path = self.path_of(name) + (f"[{number}]" if many else "")
            if not isinstance(value, dict):
                raise MalformedCredentialError("format.not_object", path=path)
            readers.append(Reader(value, path))
        return tuple(readers)

    def _items(self, name: str) -> list[JsonValue]:
        """Return the items under a name, none for an absent or null member."""
        value = self.members.get(name)
        if value is None:
            return []
        items: list[JsonValue] = value if isinstance(value, list) else [value]
        if len(items) > MAX_ITEMS:
            raise MalformedCredentialError("format.too_many", path=self.path_of(name), limit=MAX_ITEMS)
        return items


def require_address(text: str, path: str) -> None:
    """
    Require an address that may be shown as a link.

    Raises:
        MalformedCredentialError: `format.url`.
    """
    if not is_address(text):
        raise MalformedCredentialError("format.url", path=path)


def is_address(text: str) -> bool:
    """Say whether text is an https, http, urn or did address without anything invisible in it."""
    form = _ASCII_ADDRESS if text.isascii() else _ADDRESS
    return len(text) <= MAX_ADDRESS_CHARACTERS and form.fullmatch(text) is not None
