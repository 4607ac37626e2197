"""
Reads an achievement: Open Badges JSON, or the short form in TOML or JSON.

Decides the syntax by the end of the file name; what an achievement is, is decided in
`credentials.achievement`. Source: DESIGN section 9.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from attestree.adapters.files.reading import MAX_ACHIEVEMENT_BYTES, read_limited
from attestree.credentials.achievement import Achievement, build_achievement
from attestree.credentials.strict_json import parse_json
from attestree.errors import AchievementError


def read_achievement(path: Path) -> Achievement:
    """
    Return the achievement that a file describes.

    Raises:
        AchievementError: `achievement.syntax`, or any code of `build_achievement`.
        MalformedJsonError: `json.*`
        RequestError, FolderUnavailableError: As `read_limited` does.
    """
    octets = read_limited(path, limit_bytes=MAX_ACHIEVEMENT_BYTES)
    if path.suffix.lower() == ".json":
        value = parse_json(octets)
        if not isinstance(value, dict):
            raise AchievementError("achievement.syntax", file=path.name)
        return build_achievement(value)
    try:
        return build_achievement(tomllib.loads(octets.decode("utf-8-sig")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise AchievementError("achievement.syntax", file=path.name) from exc
