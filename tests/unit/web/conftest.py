"""A running application for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.web.service import Service, build_service


@pytest.fixture
def service() -> Iterator[Service]:
    with build_service() as running:
        yield running
