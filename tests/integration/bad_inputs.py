"""
How each entry of tests/vectors/bad_inputs.yaml is put to the real service.

`ASKED` maps the id of an entry to a function of a `Booth` that returns what is sent. A function may first
record credentials, revoke them or name operators; the runner waits until the service has seen the block.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cbor2

from attestree.credentials.proof_set import SecuredAnchor
from attestree.registry.facts import Reason
from tests.integration.deployed import Deployed
from tests.integration.served import ISSUER, Served, Stand
from tests.unit.credentials.images.pictures import LAUGHS, OB_NS, baked_svg, carrier, png, svg

JSON = {"content-type": "application/json"}
MARK = "zq-mark-of-the-input-qz"
"""Stands in inputs; no answer may repeat it, but as a claim that a verdict allows to be shown."""

VERSION, KIND, CHAIN, REGISTRY, ISSUED_BY, SIZE, LIST, INDEX, SALT, PATH, ROOT = range(11)
"""Positions in a proofValue."""


@dataclass(frozen=True)
class Sent:
    """One request."""

    body: bytes = b""
    method: str = "POST"
    path: str = "/v1/verify"
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))


@dataclass
class Booth:
    """Where inputs are made: a stand with a copy of the registry that nobody trusts."""

    stand: Stand
    served: Served
    attacker: Deployed
    bare_address: bytes

    def good(self, **changes: Any) -> dict[str, Any]:
        return self.stand.issue(**changes)[0]


def send(value: Any) -> Sent:
    return Sent(value if isinstance(value, bytes) else json.dumps(value).encode())


def picture(octets: bytes, media_type: str) -> Sent:
    """Return a request that holds a picture."""
    return Sent(octets, headers={"content-type": media_type})


def active_svg(credential: str) -> bytes:
    """Return a baked picture with everything in it that runs or fetches."""
    active = (
        "<script>alert(1)</script><foreignObject/>"
        '<image xmlns:x="http://www.w3.org/1999/xlink" x:href="http://x.example/"/>'
    )
    baked = f'<o:credential xmlns:o="{OB_NS}"><![CDATA[{credential}]]></o:credential>'
    return svg(active + baked, root=' onload="alert(1)"')


def changed_proof(credential: dict[str, Any], change: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """Return a credential whose proofValue holds other values."""
    (proof,) = credential["proof"]
    text = proof["proofValue"][1:]
    fields = cbor2.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    change(fields)
    octets = cbor2.dumps(fields, canonical=True)
    value = "u" + urlsafe_b64encode(octets).decode().rstrip("=")
    return {**credential, "proof": [{**proof, "proofValue": value}]}


def setting(position: int, value: Any) -> Callable[[Booth], Sent]:
    """Return a request whose proofValue holds `value`; a function is given the old value."""

    def change(fields: list[Any]) -> None:
        fields[position] = value(fields[position]) if callable(value) else value

    return lambda booth: send(changed_proof(booth.good(), change))


def respelling(change: Callable[[str], str]) -> Callable[[Booth], Sent]:
    """Return a request whose proofValue is spelled otherwise."""

    def ask(booth: Booth) -> Sent:
        credential = booth.good()
        (proof,) = credential["proof"]
        return send({**credential, "proof": [{**proof, "proofValue": change(proof["proofValue"])}]})

    return ask


def body(octets: bytes) -> Callable[[Booth], Sent]:
    return lambda _booth: Sent(octets)


def spliced(text: str) -> Callable[[Booth], Sent]:
    """Return a good credential with one more member at the top."""
    return lambda booth: Sent(b"{" + text.encode() + b"," + json.dumps(booth.good()).encode()[1:])


def sealed_with(**changes: Any) -> Callable[[Booth], Sent]:
    """Return a credential that was recorded with these members."""
    return lambda booth: send(booth.good(**changes))


def changed(**changes: Any) -> Callable[[Booth], Sent]:
    """Return a good credential that was changed afterwards."""
    return lambda booth: send({**booth.good(), **changes})


def deep_value(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def named(name: str) -> dict[str, Any]:
    """Return a subject with this name."""
    identity = {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
    achievement = {
        "id": "urn:uuid:7b9d1c52-05a4-4d57-8f83-4f8c1b5a1a42",
        "type": ["Achievement"],
        "name": "Data Literacy",
        "description": "Reads data.",
        "criteria": {"narrative": "A project."},
    }
    return {"type": ["AchievementSubject"], "identifier": [identity], "achievement": achievement}


def page_form(credential: dict[str, Any]) -> Sent:
    octets = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    octets += json.dumps(credential).encode() + b"\r\n--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x", "accept": "text/html"}
    return Sent(octets, path="/verify", headers=headers)


# -- inputs that need more than one line


def revoked(booth: Booth, reason: Reason = Reason.ISSUED_IN_ERROR) -> Sent:
    credential, batch = booth.stand.issue()
    booth.served.wait_block(booth.stand.registry.block().number)
    assert booth.served.verify(credential).json()["verdict"] == "valid"
    booth.stand.registry.revoke(batch, [2], reason=reason)
    return send(credential)


def disavowed(booth: Booth, *, seconds_before: int) -> Sent:
    registry, stand = booth.stand.registry, booth.stand
    operator = registry.add_operator(stand.issuer)
    registry.increase_time(100)
    credential, secured = stand.seal()
    batch = stand.anchor(secured, by=operator)
    registry.increase_time(100)
    registry.disavow(stand.issuer, operator, since=batch.time - seconds_before)
    return send(credential)


def recorded_with_another_size(booth: Booth) -> Sent:
    credential, secured = booth.stand.seal()
    booth.stand.anchor(secured, size=6)
    return send(credential)


def recorded_by_a_stranger(booth: Booth) -> Sent:
    stranger = booth.stand.registry.new_actor("stranger")
    credential, secured = booth.stand.seal(
        booth.stand.header(issuer=stranger.address), issuer={**ISSUER, "name": "Uni\u2174ersity"}
    )
    booth.stand.anchor(secured, issuer=stranger)
    return send(credential)


def recorded_in_the_copy(booth: Booth) -> Sent:
    credential, secured = booth.stand.seal(booth.stand.header(registry=booth.attacker.address))
    header = secured.anchor.header
    booth.attacker.anchor(booth.stand.issuer, root=secured.anchor.root, size=5, list_id=header.list_id)
    return send(credential)


def proof_of_another(booth: Booth) -> Sent:
    one, other = booth.good(name="One"), booth.good(name="Other")
    return send({**one, "proof": other["proof"]})


def neighbour_index(fields: list[Any]) -> None:
    fields[INDEX] = 3


def swapped(fields: list[Any]) -> None:
    path = fields[PATH]
    fields[PATH] = path[32:64] + path[:32] + path[64:]


def fourth_of_three(fields: list[Any]) -> None:
    fields[SIZE], fields[INDEX] = 3, 3


def size_three(booth: Booth) -> tuple[dict[str, Any], SecuredAnchor]:
    credential, secured = booth.stand.seal(booth.stand.header(size=3))
    booth.stand.anchor(secured)
    return credential, secured


def null_everything(booth: Booth) -> Sent:
    return send(dict.fromkeys(booth.good()) | {"@context": None})


def with_proof_member(**members: Any) -> Callable[[Booth], Sent]:
    def ask(booth: Booth) -> Sent:
        credential = booth.good()
        return send({**credential, "proof": [{**credential["proof"][0], **members}]})

    return ask


def with_status(**members: Any) -> Callable[[Booth], Sent]:
    def ask(booth: Booth) -> Sent:
        header = booth.stand.header()
        address = f"https://university.example/status/{header.list_id.hex()}/revocation"
        entry = {
            "id": f"{address}#2",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "2",
            "statusListCredential": address,
        }
        credential, secured = booth.stand.seal(header, credentialStatus=entry | members)
        booth.stand.anchor(secured)
        return send(credential)

    return ask


def context_of(*more: Any) -> Callable[[Booth], Sent]:
    def ask(booth: Booth) -> Sent:
        return send(booth.good(**{"@context": [*booth.stand.document()["@context"], *more]}))

    return ask


def at_its_end(booth: Booth) -> Sent:
    credential = booth.good(validUntil="2025-06-01T00:00:00Z")
    return send({"credential": credential, "at": "2025-06-01T00:00:00Z"})


def unreachable_code(booth: Booth) -> Sent:
    return send(booth.stand.seal(booth.stand.header(registry=booth.bare_address))[0])


def large(limit: int) -> bytes:
    return b'{"leaf":"' + b"a" * (limit - 11) + b'"}'


GRADE = {"grade": "https://evil.example/other"}
RANGES = "bytes=" + ",".join(["0-"] * 100_000)

ASKED: dict[str, Callable[[Booth], Sent]] = {
    "json-dup-key": spliced(f'"name":"{MARK}"'),
    "json-dup-key-escaped": body(b'{"a":1,"\\u0061":2}'),
    "json-dup-key-nested": body(b'{"credentialSubject":' + b'{"a":' * 8 + b'{"b":1,"b":2}' + b"}" * 9),
    "json-nan": spliced('"score":NaN'),
    "json-infinity": spliced('"score":-Infinity'),
    "json-float": lambda booth: send(booth.good()),
    "json-int-2^53": spliced('"number":9007199254740993'),
    "json-int-5000-digits": spliced('"number":' + "9" * 5000),
    "json-lone-surrogate": spliced('"score":"\\ud800"'),
    "json-lone-surrogate-key": spliced('"\\udfff":1'),
    "json-nul": spliced('"score":"A\\u0000B"'),
    "json-deep-array": body(b"[" * 100_000),
    "json-deep-object": lambda booth: send({**booth.good(), "deep": deep_value(32)}),
    "json-depth-limit-ok": lambda booth: send(booth.good(deep=deep_value(31))),
    "json-comment-trailing-comma": body(b'{"a":1,/*x*/}'),
    "body-50mb": body(large(50_000_000)),
    "body-limit-plus-1": body(large(262_145)),
    "ctype-form": lambda _: Sent(
        b"&".join([b"a=1"] * 60_000), headers={"content-type": "application/x-www-form-urlencoded"}
    ),
    "ctype-multipart-nofilename": lambda _: Sent(
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + b"a" * 2_000_000 + b"\r\n--x--",
        path="/verify",
        headers={"content-type": "multipart/form-data; boundary=x"},
    ),
    "range-header-quadratic": lambda _: Sent(
        method="GET", path="/static/style.css", headers={"range": RANGES}
    ),
    "bool-as-int": setting(INDEX, True),
    "int-as-float": setting(SIZE, 5.0),
    "unknown-field": with_proof_member(extra=1),
    "null-everything": null_everything,
    "hex-trailing-newline": respelling(lambda text: text + "\n"),
    "hex-non-hex-in-path": setting(PATH, "zz"),
    "hex-spaces": respelling(lambda text: text[:9] + " " + text[9:]),
    "error-echo": lambda booth: send({**booth.good(), "type": f"<script>{MARK}</script>" * 2000}),
    "mk-path-too-short": setting(PATH, lambda path: path[:-32]),
    "mk-path-too-long": setting(PATH, lambda path: path + bytes(32)),
    "mk-path-65": setting(PATH, bytes(32 * 65)),
    "mk-index-ge-size": setting(INDEX, 5),
    "mk-index-wrong": lambda booth: send(changed_proof(booth.good(), neighbour_index)),
    "mk-size-lie": recorded_with_another_size,
    "mk-size-0": setting(SIZE, 0),
    "mk-odd-dup": lambda booth: send(changed_proof(size_three(booth)[0], fourth_of_three)),
    "mk-swapped-sides": lambda booth: send(changed_proof(booth.good(), swapped)),
    "mk-hash-alg-confusion": setting(KIND, 7),
    "mk-sibling-31-bytes": setting(PATH, lambda path: path[:-1]),
    "bind-proof-of-other-credential": proof_of_another,
    "bind-chain-id": lambda booth: send(booth.stand.seal(booth.stand.header(chain_id=1))[0]),
    "bind-contract-attacker": recorded_in_the_copy,
    "bind-contract-checksum-case": lambda booth: send(booth.good()),
    "bind-eoa-contract": unreachable_code,
    "bind-rpc-in-receipt": with_proof_member(rpcUrl="http://169.254.169.254/"),
    "bind-homoglyph-issuer": recorded_by_a_stranger,
    "bind-revoked-issuer-key": lambda booth: disavowed(booth, seconds_before=5),
    "bind-anchor-at-compromise": lambda booth: disavowed(booth, seconds_before=0),
    "bind-backdated": sealed_with(awardedDate="2015-01-01T00:00:00Z", validFrom="2015-01-01T00:00:00Z"),
    "time-expired-equal": at_its_end,
    "time-bad-date": changed(validFrom="2025-02-30T25:61:00Z"),
    "time-no-zone": changed(validFrom="2025-01-01T00:00:00"),
    "st-revoked": revoked,
    "st-revoked-falsy-reason": lambda booth: revoked(booth, Reason.UNSPECIFIED),
    "st-bitstring-index-oob": with_status(statusListIndex="12abc"),
    "ld-remote-context": context_of("http://127.0.0.1:8545/x"),
    "ld-context-redefines-term": context_of(GRADE),
    "ld-vocab": context_of({"@vocab": "http://x.example/"}),
    "ld-10k-contexts": context_of(*["https://x.example/c"] * 10_000),
    "ssrf-didweb-localhost": sealed_with(issuer={**ISSUER, "id": "did:web:localhost%3A8545"}),
    "ssrf-dns-rebind": sealed_with(issuer={**ISSUER, "id": "did:web:rebind.example"}),
    "ssrf-scheme": with_status(id="file:///etc/passwd", statusListCredential="file:///etc/passwd"),
    "ssrf-didweb-traversal": sealed_with(issuer={**ISSUER, "id": "did:web:example.com:..:..:admin"}),
    "uni-nfc-nfd": lambda booth: send({**booth.good(name="Caf\u00e9"), "name": "Cafe\u0301"}),
    "uni-key-order": sealed_with(**{"\U0001f600": 1, "\uff5e": 2}),
    "xss-name": lambda booth: page_form(booth.good(credentialSubject=named("<img src=x onerror=alert(1)>"))),
    "xss-template": lambda booth: page_form(booth.good(credentialSubject=named("{{7*7}} ${7*7} <%= %>"))),
    "xss-url": sealed_with(evidence=[{"id": "javascript:alert(1)", "type": ["Evidence"], "name": "E"}]),
    "open-redirect": lambda _: Sent(method="GET", path="/verify?next=//evil.example", headers={}),
    "svg-script": lambda booth: picture(active_svg(json.dumps(booth.good())), "image/svg+xml"),
    "svg-billion-laughs": lambda _: picture(svg("&j;", before=LAUGHS), "image/svg+xml"),
    "svg-two-assertions": lambda _: picture(baked_svg("{}", "[]"), "image/svg+xml"),
    "png-two-itxt": lambda booth: picture(
        png(carrier(json.dumps(booth.good()).encode()), carrier(b"{}")), "image/png"
    ),
    "png-bad-crc-length": lambda _: picture(
        png()[:33] + b"\xff\xff\xff\xffiTXtopenbadgecredential", "image/png"
    ),
    "png-polyglot": lambda _: Sent(b"\x89PNG\r\n\x1a\n<html>", headers={"content-type": "text/html"}),
    "log-crlf": lambda _: Sent(
        method="GET", path="/v1/credentials/x%0d%0a2026-01-01%20INFO%20verified%20ok", headers={}
    ),
    "hdr-request-id": lambda booth: Sent(
        json.dumps(booth.good()).encode(), headers={**JSON, "x-request-id": "a" * 1_000_000}
    ),
    "is-sql": lambda _: Sent(
        method="GET", path="/v1/credentials/x')%3B%20DROP%20TABLE%20batch%3B--", headers={}
    ),
    "is-path": lambda _: Sent(method="GET", path="/v1/credentials/..%2F..%2Fetc%2Fpasswd", headers={}),
}
"""Entries that are put to the service as one HTTP request."""
