"""A dataset that stays with the judge: ranks read it sample by sample."""

from collections.abc import Callable, Sequence
from typing import Any

from grader.suite.errors import WrongAnswer


class Served:
    """The rows of `columns` (tensors or lists of one length) for `world_size` ranks.

    `reads[rank]` are the indices that a rank has read, in order.
    """

    def __init__(self, world_size: int, *columns: Sequence[Any]) -> None:
        self.reads: list[list[int]] = [[] for _ in range(world_size)]
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def reader(self, rank: int) -> Callable[[int], tuple[Any, ...]]:
        """What a rank gets as an argument: a function from an index to a row."""

        def read(index: int) -> tuple[Any, ...]:
            if type(index) is not int or not 0 <= index < len(self):
                raise WrongAnswer(f"rank {rank} asked for sample {index!r} of {len(self)}")
            self.reads[rank].append(index)
            return tuple(column[index] for column in self._columns)

        return read
