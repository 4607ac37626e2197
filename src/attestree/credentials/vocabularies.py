"""
The vocabularies of Open Badges 3.0: where a text must be one of a few words, or `ext:` and one of its own.

Beside them the language codes, of which the standard takes fewer forms than others do.

Decides form only; holds no logic. A wallet that knows the words may show a badge differently by them.
Source: Open Badges 3.0, appendix B.
"""

from __future__ import annotations

import re

# A hyphen may not begin a word of one's own, for the published schema reads none there.
_OWN_WORD = r"ext:[A-Za-z0-9._][A-Za-z0-9._-]*"


def _words(text: str, *, own: bool = True) -> re.Pattern[str]:
    """Return what matches one of the words, and words of one's own if there may be such."""
    return re.compile("|".join([*map(re.escape, text.split()), *([_OWN_WORD] if own else [])]))


LANGUAGE_CODE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""What matches a language code whole: language, script and region as in `sr-Latn-RS`, in this spelling."""

VOCABULARIES: dict[str, re.Pattern[str]] = {
    "AchievementType": _words(
        "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge "
        "BachelorDegree Certificate CertificateOfCompletion Certification CommunityService Competency "
        "Course CoCurricular Degree Diploma DoctoralDegree Fieldwork GeneralEducationDevelopment "
        "JourneymanCertificate LearningProgram License Membership ProfessionalDoctorate "
        "QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential ResearchDoctorate "
        "SecondarySchoolDiploma"
    ),
    "AlignmentTargetType": _words(
        "ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL"
    ),
    "IdentifierType": _words(
        "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber "
        "isbn issn lisSourcedId oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId "
        "ltiToolId ltiPlatformId ltiUserId identifier"
    ),
    "LanguageCode": LANGUAGE_CODE,
    "ResultStatus": _words("Completed Enrolled Failed InProgress OnHold Provisional Withdrew", own=False),
    "ResultType": _words(
        "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result "
        "RubricCriterion RubricCriterionLevel RubricScore ScaledScore Status"
    ),
}
"""Name of a vocabulary, or of language codes, to what matches its words whole."""
