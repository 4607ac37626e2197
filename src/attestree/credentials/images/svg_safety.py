"""
What an SVG must not have if we hand it out with a credential in it.

Decides what is active: whatever runs, whatever shows other content than a drawing, whatever is fetched
from elsewhere when somebody opens the picture. It is refused, never cut out: a picture that silently lost
a part is not the one that was given. Pictures that are only read are never shown by us, so that all of
this is left alone there. Source: SVG 2, sections 2 and 15; experience with other bakers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attestree.errors import ImageError

_SCRIPTS = frozenset({"script", "handler", "listener"})
_FOREIGN = frozenset(
    {"foreignobject", "iframe", "embed", "object", "audio", "video", "canvas", "link", "meta", "base", "html"}
)
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "poster", "srcset", "base"})
_RASTER = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")
_RUNS = ("javascript:", "vbscript:", "expression(", "-moz-binding")
_FETCHES = ("@import", "image-set(", "://", "\\")
_CSS_ADDRESS = re.compile(r"url\(\s*[\"']?\s*")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0]+")


def require_inert(tag: str, attributes: Mapping[str, str]) -> None:
    """
    Require an element to be a drawing and nothing else.

    Args:
        tag: Name, with its namespace in braces before it.
        attributes: Name to value, entities replaced.

    Raises:
        ImageError: `image.script`, `image.event_handler`, `image.foreign_content` or `image.external`.
    """
    name = local_name(tag)
    if name in _SCRIPTS:
        raise ImageError("image.script")
    if name in _FOREIGN or tag.startswith(_XHTML):
        raise ImageError("image.foreign_content")
    for attribute, value in attributes.items():
        _require_inert_attribute(local_name(attribute), value)


def require_inert_style(css: str) -> None:
    """Require a style sheet, or the value of an attribute, to run and fetch nothing; codes as above."""
    text = css.lower()
    if any(word in _INVISIBLE.sub("", text) for word in _RUNS):
        raise ImageError("image.script")
    for found in _CSS_ADDRESS.finditer(text):
        if not text.startswith(("#", *_RASTER), found.end()):
            raise ImageError("image.external")


def require_inert_sheet(css: str) -> None:
    """Require a whole style sheet to run and fetch nothing, in whichever spelling; codes as above."""
    require_inert_style(css)
    if any(word in css.lower() for word in _FETCHES):
        raise ImageError("image.external")


def local_name(name: str) -> str:
    """Return a name in lower case without its namespace."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _require_inert_attribute(name: str, value: str) -> None:
    """Require an attribute neither to run anything nor to fetch anything."""
    if name.startswith("on"):
        raise ImageError("image.event_handler")
    animated = local_name(value.strip()) if name == "attributename" else ""
    if animated in _ADDRESSES or animated.startswith("on"):
        raise ImageError("image.script")
    if name == "style":
        require_inert_sheet(value)
    require_inert_style(value)
    if name in _ADDRESSES:
        _require_inert_address(_INVISIBLE.sub("", value).lower())


def _require_inert_address(address: str) -> None:
    """Require an address to lead into the picture itself, or to be pixels."""
    if address and not address.startswith(("#", *_RASTER)):
        raise ImageError("image.external")
