"""
What the catalogue says about the mandatory elements of a micro-credential: the codes `quality.*`.

Decides words only. `{term}` is the Open Badges term, `{line}` what to write. Source: EU Council
Recommendation 2022/C 243/02, Annex I.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_PLACE = "It belongs into {term}."
_ACHIEVEMENT = "Write in the achievement: {line}"

ENTRIES: dict[str, Entry] = {
    "quality.assessment": Entry("How learners are assessed is missing.", cause=_PLACE, next=_ACHIEVEMENT),
    "quality.awarding_body": Entry(
        "The name of the awarding body is missing.",
        cause=_PLACE,
        next="Write in attestree.toml, under [[issuer]]: {line}",
    ),
    "quality.country": Entry("The country of the awarding body is missing.", cause=_PLACE, next=_ACHIEVEMENT),
    "quality.date": Entry(
        "The date of issuing is missing.", cause=_PLACE, next="Give the roster a column: {line}"
    ),
    "quality.incomplete": Entry(
        "{count:mandatory element is|mandatory elements are} missing; nothing is issued (--quality strict).",
        cause="The Council of the EU asks a micro-credential for eleven of them (2022/C 243/02, Annex I).",
        next="Write the lines above into the files they name, or leave --quality strict out.",
    ),
    "quality.learner": Entry(
        "The identification of the learner is missing.",
        cause=_PLACE,
        next="Give each row one of the columns: {line}",
    ),
    "quality.learning_outcomes": Entry("The learning outcomes are missing.", cause=_PLACE, next=_ACHIEVEMENT),
    "quality.level": Entry(
        "The level is missing, or a word on why there is none.", cause=_PLACE, next=_ACHIEVEMENT
    ),
    "quality.participation": Entry("The form of participation is missing.", cause=_PLACE, next=_ACHIEVEMENT),
    "quality.quality_assurance": Entry(
        "The type of quality assurance is missing.", cause=_PLACE, next=_ACHIEVEMENT
    ),
    "quality.title": Entry("The title is missing.", cause=_PLACE, next=_ACHIEVEMENT),
    "quality.workload": Entry("The workload is missing.", cause=_PLACE, next=_ACHIEVEMENT),
}
"""Code to entry."""
