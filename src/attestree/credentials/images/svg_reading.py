"""
Reads an SVG element by element: where credentials are carried, and whether anything in it is active.

Decides what a carrier is, and how much of a picture is read. Builds no tree: what is kept is the text of
carriers and of style sheets. Source: Open Badges 3.0, section 5.3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from attestree.credentials.images.carrier import NAMESPACE, OLD_NAMESPACE, WHITE_SPACE
from attestree.credentials.images.svg_safety import local_name, require_inert, require_inert_sheet
from attestree.errors import ImageError

MAX_ELEMENTS = 20_000
"""Most elements of a picture; a rich badge has some hundreds."""

MAX_DEPTH = 256
"""Elements that may lie inside one another."""

_CREDENTIAL = f"{{{NAMESPACE}}}credential"
_ASSERTION = f"{{{OLD_NAMESPACE}}}assertion"
_ROOTS = ("{http://www.w3.org/2000/svg}svg", "svg")


@dataclass(slots=True)
class Carrier:
    """One element that carries a credential."""

    start: int
    """Where its start tag begins, in octets of UTF-8."""
    depth: int
    """How deep it lies."""
    verify: str | None
    """Its attribute for a compact JWS."""
    parts: list[str] = field(default_factory=list)
    """Its text, as it came."""
    end: int = 0
    """Where its end tag begins; its own start again where it has none."""

    def text(self) -> str:
        """Return what it carries; ImageError `image.ambiguous` where it says two things."""
        within = "".join(self.parts)
        if self.verify is not None and within.strip(WHITE_SPACE):
            raise ImageError("image.ambiguous", count=2)
        return within if self.verify is None else self.verify


class SvgReading:
    """What an XML parser tells its readings to: a target in the sense of `xml.etree`."""

    def __init__(self, *, guarded: bool) -> None:
        self.carriers: list[Carrier] = []
        """Those of Open Badges 3.0."""
        self.old_carriers: list[Carrier] = []
        """Those of Open Badges 1 and 2."""
        self.position: Callable[[], int] = lambda: 0
        """Where the parser stands, in octets of UTF-8."""
        self._guarded = guarded
        self._elements = 0
        self._depth = 0
        self._open: Carrier | None = None
        self._has_lookalike = False
        self._style: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take a start tag."""
        if not self._elements and tag not in _ROOTS:
            raise ImageError("image.not_svg")
        self._elements += 1
        self._depth += 1
        if self._elements > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise ImageError("image.too_complex", limit=MAX_ELEMENTS)
        if self._open is not None:
            # Readers differ in what the text of an element with elements in it is.
            raise ImageError("image.ambiguous", count=2)
        if self._guarded:
            require_inert(tag, attributes)
            self._style = [] if local_name(tag) == "style" else self._style
        if tag in (_CREDENTIAL, _ASSERTION):
            self._open = Carrier(self.position(), self._depth, attributes.get("verify"))
            (self.carriers if tag == _CREDENTIAL else self.old_carriers).append(self._open)
        elif tag.startswith("{") and local_name(tag) in ("credential", "assertion"):
            self._has_lookalike = True

    def end(self, tag: str) -> None:
        """Take an end tag."""
        if self._open is not None and self._open.depth == self._depth:
            self._open.end = self.position()
            self._open = None
        if self._style is not None and local_name(tag) == "style":
            require_inert_sheet("".join(self._style))
            self._style = None
        self._depth -= 1

    def text(self, text: str) -> None:
        """Take text."""
        if self._open is not None:
            self._open.parts.append(text)
        if self._style is not None:
            self._style.append(text)

    def pi(self, _target: str, _text: str) -> None:
        """Take an instruction, such as one that names a style sheet, which may be a program."""
        if self._guarded:
            raise ImageError("image.script")

    def close(self) -> None:
        """Take the end."""

    def name_absence(self) -> str:
        """Return the code that says why there is no credential."""
        if self.old_carriers:
            return "image.open_badges_2"
        return "image.wrong_keyword" if self._has_lookalike else "image.no_credential"
