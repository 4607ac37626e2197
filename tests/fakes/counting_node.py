"""A node in front of a real one, which keeps what every request asked."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.fakes.lying_node import Answer, run_lying_node


@dataclass
class CountingNode:
    """Hands every request on as it came."""

    behind: str
    url: str = ""
    requests: list[list[str]] = field(default_factory=list)

    def __call__(self, body: Any) -> Answer:
        asked = body if isinstance(body, list) else [body]
        self.requests.append([one["method"] for one in asked])
        request = urllib.request.Request(
            self.behind, data=orjson.dumps(body), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return Answer(answer.read())


@contextmanager
def run_counting_node(url: str) -> Iterator[CountingNode]:
    """Serve until the block ends, in front of the node at `url`."""
    counting = CountingNode(url)
    with run_lying_node(lambda _method, _params: None) as node:
        node.whole = counting
        counting.url = node.url
        yield counting
