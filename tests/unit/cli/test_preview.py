from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attestree.cli.preview import format_preview
from attestree.errors import RequestError
from tests.unit.issuing.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def test_a_preview_says_what_a_reader_will_see_and_what_stays_hidden(desk: Desk) -> None:
    text, document = format_preview(desk.issuing.plan(desk.request()), row=2)
    assert "Issued to             Zofia Kowalska" in text
    assert "Only as fingerprints  e-mail, learner id" in text
    assert "0017" not in text
    assert "xample.org/w/17" in text
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert desk.store.fetch_batches() == []


def test_a_row_that_is_not_there_cannot_be_shown(desk: Desk) -> None:
    with pytest.raises(RequestError) as caught:
        format_preview(desk.issuing.plan(desk.request()), row=99)
    assert caught.value.code == "roster.no_such_row"
