"""Progress: each pass is counted up to the size of the batch, and nothing that is made changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from attestree.errors import EngineUnavailableError
from attestree.issuing.progress import Making, Progress
from attestree.issuing.seal import seal
from attestree.issuing.shard import SHARD_ROWS
from attestree.ports.engines import Made, Shard, Work
from tests.unit.issuing import samples


def double(work: int, shard: int) -> int:
    return work * shard


class Dying:
    """An engine that is gone after one shard."""

    def map_shards(
        self, work: Work, make: Callable[[Work, Shard], Made], shards: Iterable[Shard]
    ) -> Iterator[Made]:
        yield make(work, next(iter(shards)))
        raise EngineUnavailableError("engine.gone")


@pytest.mark.parametrize("size", [1, SHARD_ROWS, SHARD_ROWS + 1, 3 * SHARD_ROWS])
def test_what_is_done_grows_to_the_size_and_not_beyond(size: int) -> None:
    told: list[Progress] = []
    shards = range(-(-size // SHARD_ROWS))
    made = list(Making(watch=told.append).engine_for(size).map_shards(2, double, shards))
    assert made == [2 * shard for shard in shards]
    done = [progress.done for progress in told]
    assert done == sorted(set(done))
    assert (len(done), done[-1]) == (len(shards), size)
    assert {(progress.is_written, progress.size) for progress in told} == {(False, size)}


def test_nobody_is_told_of_a_shard_before_it_was_taken() -> None:
    told: list[Progress] = []
    made = Making(watch=told.append).engine_for(5).map_shards(2, double, [1])
    assert next(made) == 2
    assert told == []
    assert list(made) == []
    assert told == [Progress(False, 5, 5)]


def test_a_batch_is_hashed_once_and_then_written() -> None:
    told: list[Progress] = []
    rows, terms = samples.keyed(), samples.terms()
    engine = Making(watch=told.append).engine_for(len(rows))
    watched = seal(rows, terms, seed=samples.SEED, created=samples.CREATED, engine=engine)
    assert told == [Progress(False, 3, 3), Progress(True, 3, 3)]
    unwatched = seal(rows, terms, seed=samples.SEED, created=samples.CREATED)
    assert list(watched.documents) == list(unwatched.documents)


def test_what_stops_the_engine_stops_the_count() -> None:
    told: list[Progress] = []
    size = 2 * SHARD_ROWS
    with pytest.raises(EngineUnavailableError):
        list(Making(Dying(), told.append).engine_for(size).map_shards(2, double, [1, 2]))
    assert told == [Progress(False, SHARD_ROWS, size)]
