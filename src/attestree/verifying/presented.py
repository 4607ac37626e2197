"""
Judge a presentation: did the holder answer this question, and does each credential shown count and is theirs?

Decides how the answer of the holder and the verdicts of the credentials become one outcome: the worst
counts. A credential about somebody else is never simply accepted, whatever its verdict, since anybody may
copy a file.
Source: VCDM 2.0, section 4.13; W3C CCG VC API 0.7, section 3.4; DESIGN sections 7 and 10.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attestree.credentials.did import DidDocument, build_did_key_document, is_did_key
from attestree.credentials.presentation import (
    Presentation,
    Question,
    is_about,
    parse_presentation,
    verify_holder,
)
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import AttestreeError, EvidenceError, InputError, LinkedDataError, UnavailableError
from attestree.ports import DidResolver
from attestree.text.catalogue import DEFAULT_LANGUAGE, explain
from attestree.verifying.iso import format_time
from attestree.verifying.report import Report
from attestree.verifying.result import Status
from attestree.verifying.verdict import Outcome
from attestree.verifying.verifier import Verifier

FORMAT = "attestree.presentation/1"
"""Name and version of the shape that `PresentationReport.to_json` writes."""

ANSWERED = "presentation.answered"
"""Code of a holder who answered the question."""

OTHER_SUBJECT = "presentation.other_subject"
"""Code of a credential that is not about the holder."""

HOLDER_UNKNOWN = "presentation.holder_unknown"
"""Code of a holder whose keys may not be looked up here."""

_WORST_FIRST = (Outcome.REJECT, Outcome.REVIEW, Outcome.RETRY, Outcome.ACCEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAnswer:
    """Whether the holder answered this very question."""

    holder: str
    """The DID; a claim unless the status is a pass."""
    status: Status
    """Pass, fail or unknown."""
    code: str
    """Why; key into `text`."""
    outcome: Outcome
    """What that means for whoever asked."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the sentence names."""

    def to_json(self, language: str = DEFAULT_LANGUAGE) -> JsonObject:
        """Return the member `holder`; the DID only where it is proven."""
        proven = self.status is Status.PASS
        said = _explain(self.code, self.values, language)
        return {"id": self.holder if proven else None, "status": str(self.status), **said}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCredential:
    """One credential of a presentation."""

    report: Report
    """Its verdict, as if it had been handed over by itself."""
    is_bound: bool
    """Whether it is about the holder."""

    @property
    def outcome(self) -> Outcome:
        """What to do with it: never simply accept what is about somebody else."""
        least = Outcome.ACCEPT if self.is_bound else Outcome.REVIEW
        return find_worst_outcome([self.report.outcome, least])

    def to_json(self, language: str = DEFAULT_LANGUAGE) -> JsonObject:
        """Return one item of `credentials`."""
        return {
            "bound": self.is_bound,
            "notBound": None if self.is_bound else _explain(OTHER_SUBJECT, {}, language),
            "outcome": str(self.outcome),
            "report": self.report.to_json(language),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationReport:
    """The answer to one question about one presentation."""

    answer: HolderAnswer
    """Whether the holder answered."""
    shown: tuple[ShownCredential, ...]
    """Each credential, in the order of the presentation; perhaps none."""
    checked_at: int
    """Wall clock when the question was asked, Unix seconds."""

    @property
    def outcome(self) -> Outcome:
        """The worst of all."""
        return find_worst_outcome([self.answer.outcome, *(one.outcome for one in self.shown)])

    @property
    def verified(self) -> bool:
        """Whether all of it is to be accepted."""
        return self.outcome is Outcome.ACCEPT

    def to_json(self, language: str = DEFAULT_LANGUAGE) -> JsonObject:
        """Return `attestree.presentation/1`; every member is always there."""
        return {
            "verified": self.verified,
            "outcome": str(self.outcome),
            "holder": self.answer.to_json(language),
            "credentials": [one.to_json(language) for one in self.shown],
            "problemDetails": list(self._problems(language)),
            "checkedAt": format_time(self.checked_at),
            "format": FORMAT,
        }

    def _problems(self, language: str) -> list[JsonObject]:
        """Return what stands against it, in the words of RFC 9457."""
        found: list[tuple[str, Mapping[str, object]]] = []
        if self.answer.status is not Status.PASS:
            found.append((self.answer.code, self.answer.values))
        for one in self.shown:
            if not one.report.valid:
                found.append((one.report.code, {}))
            if not one.is_bound:
                found.append((OTHER_SUBJECT, {}))
        return [format_problem(code, values, language) for code, values in found]


def judge_presentation(
    verifier: Verifier, value: JsonValue, question: Question, *, resolver: DidResolver | None = None
) -> PresentationReport:
    """
    Judge a presentation that `parse_json` has read.

    Args:
        verifier: Judges the credentials.
        value: The presentation.
        question: What was asked; both challenge and domain should be.
        resolver: Finds the keys of holders whose DID is not its own key; None = they stay unknown.

    Raises:
        InputError: It is no signed presentation, or one of its credentials could not be judged.
    """
    shown = parse_presentation(value)
    answer = check_answer(shown, question, resolver)
    reports = [verifier.verify_value(credential) for credential in shown.credentials]
    return build_report(shown, answer, reports, checked_at=question.now)


def check_answer(shown: Presentation, question: Question, resolver: DidResolver | None) -> HolderAnswer:
    """Check whether the holder answered the question; asks the network only for DIDs that need it."""
    try:
        document = _find_document(shown.holder, resolver)
        if document is None:
            return _answer(shown, Status.UNKNOWN, HOLDER_UNKNOWN, Outcome.REVIEW)
        verify_holder(shown, document, question)
    except UnavailableError as error:
        return _answer(shown, Status.UNKNOWN, error, Outcome.RETRY)
    except LinkedDataError as error:
        # The document has no settled meaning, or costs too much: nothing is known of the signature.
        return _answer(shown, Status.UNKNOWN, error, Outcome.REVIEW)
    except (EvidenceError, InputError) as error:
        return _answer(shown, Status.FAIL, error, Outcome.REJECT)
    return _answer(shown, Status.PASS, ANSWERED, Outcome.ACCEPT)


def build_report(
    shown: Presentation, answer: HolderAnswer, reports: Sequence[Report], *, checked_at: int
) -> PresentationReport:
    """Put the answer of the holder and the reports of the credentials together, in their order."""
    pairs = zip(shown.credentials, reports, strict=True)
    return PresentationReport(
        answer=answer,
        shown=tuple(
            ShownCredential(report=report, is_bound=is_about(credential, shown.holder))
            for credential, report in pairs
        ),
        checked_at=checked_at,
    )


def find_worst_outcome(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the worst: no before a person must look, that before ask again, that before yes."""
    return min(outcomes, key=_WORST_FIRST.index)


def format_problem(code: str, values: Mapping[str, object], language: str = DEFAULT_LANGUAGE) -> JsonObject:
    """Return one item of `problemDetails`."""
    said = explain(code, values, language)
    return {
        "type": f"urn:attestree:problem:{code}",
        "title": said.sentence,
        "detail": said.cause,
        "next": said.next,
        "code": code,
    }


def _find_document(did: str, resolver: DidResolver | None) -> DidDocument | None:
    """Return the document of a holder, or None where it may not be looked up."""
    if is_did_key(did):
        return build_did_key_document(did)
    return None if resolver is None else resolver.fetch_document(did)


def _answer(shown: Presentation, status: Status, why: str | AttestreeError, outcome: Outcome) -> HolderAnswer:
    code, values = (why, {}) if isinstance(why, str) else (why.code, why.values)
    return HolderAnswer(holder=shown.holder, status=status, code=code, outcome=outcome, values=values)


def _explain(code: str, values: Mapping[str, object], language: str) -> JsonObject:
    said = explain(code, values, language)
    return {"code": code, "text": said.sentence, "cause": said.cause, "next": said.next}
