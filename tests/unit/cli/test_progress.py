from __future__ import annotations

from collections.abc import Iterator

from attestree.cli.progress import ProgressTeller, format_progress
from attestree.issuing.progress import Making, Progress
from attestree.issuing.shard import SHARD_ROWS


class ListeningConsole:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def progress(self, text: str) -> None:
        self.lines.append(text)


def test_rate_and_time_left_are_told_every_few_seconds_and_not_for_what_is_done_at_once() -> None:
    console, times = ListeningConsole(), iter([0.0, 1.0, 3.0, 4.0, 90.0, 91.0, 95.0])
    teller = ProgressTeller(console, clock=lambda: next(times))  # type: ignore[arg-type]
    for is_written, done in ((False, 1_000), (False, 2_000), (False, 6_000), (False, 8_000)):
        teller.watch(Progress(is_written, done, 1_000_000))
    for done in (1_000, 2_000, 10_000):
        teller.watch(Progress(True, done, 1_000_000))
    assert console.lines == [
        "  hashed       6,000 of 1,000,000   2,000 a second   8 min 17 s left",
        "  written     10,000 of 1,000,000   2,000 a second   8 min 15 s left",
    ]


def test_the_end_is_said_in_seconds() -> None:
    assert format_progress(Progress(True, 900, 1_000), rate=10).endswith(
        "900 of 1,000   10 a second   10 s left"
    )


def test_shards_are_counted_and_the_last_one_is_no_larger_than_the_batch() -> None:
    told: list[Progress] = []
    engine = Making(watch=told.append).engine_for(SHARD_ROWS + 5)

    def shards() -> Iterator[int]:
        yield from (1, 2)

    assert list(engine.map_shards(10, lambda work, shard: work * shard, shards())) == [10, 20]
    assert [(one.is_written, one.done) for one in told] == [(False, SHARD_ROWS), (False, SHARD_ROWS + 5)]
