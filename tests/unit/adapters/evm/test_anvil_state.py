from __future__ import annotations

import json
from pathlib import Path

import pytest

from attestree.adapters.evm.anvil_chain import drop_later_first_blocks


def block(number: int, time_seconds: int) -> dict[str, object]:
    return {"header": {"number": hex(number), "timestamp": hex(time_seconds)}}


def test_of_several_first_blocks_the_oldest_stays(tmp_path: Path) -> None:
    file = tmp_path / "chain-state.json"
    blocks = [block(2, 12), block(0, 30), block(0, 10), block(1, 11), block(0, 20)]
    file.write_text(json.dumps({"blocks": blocks, "best_block_number": 2}), "utf-8")
    drop_later_first_blocks(file)
    kept = {"blocks": [block(2, 12), block(0, 10), block(1, 11)], "best_block_number": 2}
    assert json.loads(file.read_text("utf-8")) == kept
    assert [path.name for path in tmp_path.iterdir()] == ["chain-state.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"blocks": []}', '{"blocks": [1]}'])
def test_a_state_that_cannot_be_read_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "chain-state.json"
    file.write_text(text, "utf-8")
    drop_later_first_blocks(file)
    assert file.read_text("utf-8") == text


def test_no_state_yet_is_fine(tmp_path: Path) -> None:
    drop_later_first_blocks(tmp_path / "chain-state.json")
    assert list(tmp_path.iterdir()) == []
