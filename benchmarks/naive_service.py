"""
A verifying service as a tutorial would write it, for `service` to be compared with.

FastAPI with a pydantic model in a plain `def`, rfc8785 and eth_utils.keccak. It folds to the root and stops
there: no strict JSON, no registry, no issuer, no status, no report.
"""

from __future__ import annotations

import base64
import hashlib
import socket
from typing import Any

import cbor2
import rfc8785
import uvicorn
from eth_utils import keccak
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

PATH = "/naive"


class Credential(BaseModel):
    """A badge."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    context: list[str] = Field(alias="@context")
    id: str
    issuer: dict[str, Any]
    proof: list[dict[str, Any]]


app = FastAPI()


@app.post(PATH)
def verify(credential: Credential) -> dict[str, Any]:
    """Say whether the badge folds to the root that it states."""
    document = credential.model_dump(by_alias=True)
    proof = document.pop("proof")[-1]
    value = proof.pop("proofValue")[1:]
    *header, index, salt, path, root = cbor2.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    parts = [cbor2.dumps(header), rfc8785.dumps(proof), rfc8785.dumps(document)]
    hashes = b"".join(hashlib.sha256(part).digest() for part in parts)
    digest = hashlib.sha256(b"evm-merkle-jcs-2026\0" + salt + hashes).digest()
    node = keccak(keccak(digest + index.to_bytes(32, "big")))
    for start in range(0, len(path), 32):
        node = keccak(b"".join(sorted((node, path[start : start + 32]))))
    return {"valid": node == root, "root": root.hex()}


def main() -> None:
    """Serve, and print the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as bound:
        print(bound.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error")).run(sockets=[bound])


if __name__ == "__main__":
    main()
