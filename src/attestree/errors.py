"""
Every error Attestree raises on purpose, in one tree.

    AttestreeError
    ├── InputError                    what was given cannot be used; mend it and ask again
    │   ├── MalformedJsonError        json.*              not the strict JSON we read
    │   ├── MalformedCredentialError  format.* date.* model.* JSON, but no credential that could be judged
    │   ├── MalformedProofError       proof.* signature.* a proof, signature, key or DID out of form
    │   ├── LinkedDataError           terms.*             terms of no settled meaning, or too dear to settle
    │   ├── ImageError                image.*             a picture without a credential, or not to be opened
    │   ├── MalformedTreeError        tree.*              leaves that cannot make a tree
    │   ├── RosterError               roster.*            a roster, or a row of it
    │   ├── AchievementError          achievement.*       an achievement description
    │   ├── SettingsError             config.*            attestree.toml, environment, flags
    │   ├── TrustFileError            trust.*             a trust file
    │   ├── KeyFileError              key.*               a key file
    │   └── RequestError              request.* status.*  an HTTP request or a command's arguments
    ├── EvidenceError                 the evidence says no
    │   ├── RootMismatchError         proof.*             the fold differs from the stated root
    │   ├── BindingError              proof.*             two places that must agree disagree
    │   ├── SignatureMismatchError    signature.*         a signature that can be checked does not fit
    │   ├── HeadMismatchError         head.*              replayed events do not land on the chain's head
    │   └── CorruptionError           fsck.* backup.*     something at rest (store.*, snapshot.*) was changed
    ├── UnavailableError              we could not find out; nothing is known, nothing was changed
    │   ├── ChainUnavailableError     chain.* event.*     no answer, or none that can be used yet
    │   ├── StoreUnavailableError     store.*             the database did not answer
    │   ├── DidUnavailableError       did.*               an issuer's DID document could not be had
    │   ├── SignerUnavailableError    signer.*            a remote signer did not answer
    │   ├── EngineUnavailableError    engine.*            the processes that make a batch did not answer
    │   └── FolderUnavailableError    folder.*            the disk did not answer
    ├── RefusedError                  we will not do this; it would break a promise
    │   ├── ChainIdentityError        identity.*          not the chain that was pinned, or finality broke
    │   ├── LeaseHeldError            lease.*             another process writes with this key
    │   ├── FeeLimitError             fee.*               dearer than the limit that was set
    │   ├── TransitionError           outbox.* lane.*     an edge that the state machine or a key's lane lacks
    │   ├── RevertedError             contract.*          the contract refused, with its reason
    │   ├── SignerError               signer.*            a remote signer refused, or signed something else
    │   └── NotAllowedError           refused.* recover.* any other refusal, such as a key meant for tests
    ├── MissingExtraError             extra.*             an optional package is not installed
    └── UnexpectedError               program.*           nobody foresaw this; it is a mistake of ours

Beside a class stand the codes that it mostly carries. Nobody raises `alarm.*`: the bell rings for it.

"The evidence says no" and "we could not find out" are different branches and stay so: nothing here
is ever turned into a default value. What an error *says* is not decided here: `text` holds a
sentence, a cause and a next step for every code. Source: DESIGN sections 1, 3 and 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class AttestreeError(Exception):
    """Base of every error that Attestree raises on purpose."""

    def __init__(self, code: str, /, **values: object) -> None:
        """
        Keep what the catalogue needs to say it well.

        Args:
            code: `<area>.<reason>`, stable for ever; the key into `text`.
            values: Facts the sentence names, such as `row=17` or `limit=65536`. Never text taken
                from the input: an error must not echo.
        """
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __reduce__(self) -> tuple[Callable[..., AttestreeError], tuple[object, ...]]:
        """Travel between processes as code and values."""
        return _restore, (type(self), self.code, self.values)

    def __str__(self) -> str:
        """Return the code and the values, for logs; people get the catalogue's sentence."""
        facts = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({facts})" if facts else self.code


def _restore(kind: type[AttestreeError], code: str, values: dict[str, object]) -> AttestreeError:
    return kind(code, **values)


class InputError(AttestreeError):
    """What was given cannot be used; mend it and ask again."""


class MalformedJsonError(InputError):
    """The bytes are not the strict JSON that is read here."""


class MalformedCredentialError(InputError):
    """The JSON is no credential that could be judged, or none that may be issued."""


class MalformedProofError(InputError):
    """An inclusion proof, a signature, or the key or DID that it names is out of form."""


class LinkedDataError(InputError):
    """The terms of a document have no settled meaning, or cost too much to settle."""


class ImageError(InputError):
    """A picture carries no credential, or must not be opened."""


class MalformedTreeError(InputError):
    """The leaves given cannot make a tree."""


class RosterError(InputError):
    """A roster, or one row of it, cannot be issued."""


class AchievementError(InputError):
    """An achievement description cannot be issued."""


class SettingsError(InputError):
    """A setting is missing, unknown or out of range."""


class TrustFileError(InputError):
    """A trust file cannot be used."""


class KeyFileError(InputError):
    """A key file cannot be used."""


class RequestError(InputError):
    """An HTTP request, or the arguments of a command, cannot be used."""


class EvidenceError(AttestreeError):
    """The evidence was examined, and it says no."""


class RootMismatchError(EvidenceError):
    """The root that was folded differs from the root that is stated."""


class BindingError(EvidenceError):
    """Two places that must agree, such as list and status address, disagree."""


class SignatureMismatchError(EvidenceError):
    """A signature that can be checked does not fit."""


class HeadMismatchError(EvidenceError):
    """The events that a node serves do not land on the head that the contract stores."""


class CorruptionError(EvidenceError):
    """Something at rest is not what was written."""


class UnavailableError(AttestreeError):
    """We could not find out; nothing is known and nothing was changed."""


class ChainUnavailableError(UnavailableError):
    """The chain gave no answer, or none that can be used."""


class StoreUnavailableError(UnavailableError):
    """The database gave no answer."""


class DidUnavailableError(UnavailableError):
    """The DID document of an issuer could not be had."""


class SignerUnavailableError(UnavailableError):
    """A remote signer gave no answer, or none that can be read; nothing was signed here."""


class FolderUnavailableError(UnavailableError):
    """The disk gave no answer."""


class EngineUnavailableError(UnavailableError):
    """The processes or machines that make a batch gave no answer."""


class RefusedError(AttestreeError):
    """We will not do this: it would break a promise."""


class ChainIdentityError(RefusedError):
    """The chain that answers is not the chain that was pinned."""


class LeaseHeldError(RefusedError):
    """Another process holds the writer lease of this key."""


class FeeLimitError(RefusedError):
    """The chain asks more than the limit that was set."""


class TransitionError(RefusedError):
    """The state machine has no such edge, or another writer took it first."""


class RevertedError(RefusedError):
    """The contract refused; the values carry its reason."""


class SignerError(RefusedError):
    """A remote signer refused, or signed something else than was asked."""


class NotAllowedError(RefusedError):
    """A refusal of another kind, such as a key that is meant for test chains only."""


class MissingExtraError(AttestreeError):
    """An optional package is not installed."""


class UnexpectedError(AttestreeError):
    """Something that nobody foresaw: a mistake of ours."""
