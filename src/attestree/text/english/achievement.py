"""
What the catalogue says about achievement descriptions: the codes `achievement.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_TEMPLATE = "See `attestree template achievement` for every key with an example."

ENTRIES: dict[str, Entry] = {
    "achievement.form": Entry(
        "{field} is not written in the form it must have.",
        cause="country takes two capital letters, language a tag such as en, valid_for a period such as P2Y, "
        "type a word of Open Badges such as Course, or ext: and a word of your own.",
        next=_TEMPLATE,
    ),
    "achievement.missing": Entry(
        "{field} is missing in the achievement.",
        cause="Wallets and verifiers need a title, a description and at least one criterion.",
        next=_TEMPLATE,
    ),
    "achievement.placeholder": Entry(
        "The {field} of the achievement is still the one of the template.",
        cause="The file was made by `attestree template achievement` and not filled in.",
        next="Write your own {field} in the achievement file; it will stand in every credential.",
    ),
    "achievement.range": Entry("{field} is not from {first} to {last}.", next=_TEMPLATE),
    "achievement.type": Entry("{field} must be a {expected}.", next=_TEMPLATE),
    "achievement.unknown_key": Entry(
        "The achievement has a key that is not known. Is {nearest} meant?",
        cause="It may be a slip of the pen; what is not known would be left out in silence.",
        next=_TEMPLATE,
    ),
    "achievement.url": Entry(
        "{field} is no address.",
        cause="Only https, http, urn and did addresses may stand in a credential.",
        next="Write the whole address, beginning with https://.",
    ),
}
"""Code to entry."""
