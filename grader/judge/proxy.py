"""The submission as the suite sees it: functions that run in a worker."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

from grader.catalog import Exercise
from grader.judge import measuring
from grader.judge.stopped import Stopped
from grader.judge.workers import Worker
from grader.suite.errors import SubmissionError, WrongAnswer
from grader.text import describe_call, neutralise
from grader.values import Decoded, Encoded, decode, encode, generator_state
from grader.wire import (
    Ask,
    Call,
    DrawTorch,
    Forbidden,
    Load,
    Loaded,
    Malformed,
    Message,
    Pullback,
    Raised,
    Reply,
    Returned,
    SeedTorch,
    Unsendable,
)


class MadeCall:
    """A call as it was sent; `returned` is the value that the suite received, if it did."""

    def __init__(self, function: str, sent: Encoded, states: list[bytes]) -> None:
        self.function = function
        self.sent = sent
        self.states = states
        self.has_returned = False
        self.returned: Any = None

    def give(self, value: Any) -> Any:
        """Remember what the suite receives, and pass it on."""
        self.has_returned = True
        self.returned = value
        return value


class Remote:
    """A submission loaded in a worker; every method raises `Stopped`, `SubmissionError`, `WrongAnswer`."""

    def __init__(self, worker: Worker, exercise: Exercise, *, measured: bool = False) -> None:
        self._worker = worker
        self._exercise = exercise
        self._released: list[int] = []
        self._is_measured = measured
        self.given = ""
        self.made: MadeCall | None = None
        self.muted = False
        self.mutated = False
        self.launches = self.widest = 0
        self.peak_bytes: int | None = None

    def load(self, source: bytes, filename: str, seed: int) -> list[str]:
        """Execute the submission; returns the entry points that it does not define."""
        description = self._exercise.description
        entry_points, forbidden = description.entry_points, description.forbidden
        reply, _ = self._ask(Load, source, filename, self._exercise.driver(), entry_points, forbidden, seed)
        if not isinstance(reply, Loaded):
            self._worker.malformed()
        return [name for name in entry_points if name in reply.missing]

    def call(self, function: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call a function of the submission with copies of the arguments; returns the rebuilt value."""
        self.given = describe_call(function, arguments, named)
        sent = encode([list(arguments), named], keep_strides=True, callbacks=True)
        states = [bytes(each.get_state().numpy()) for each in sent.generators]
        # Before the released nodes are taken: the value of the previous call may be among them.
        self.made = made = MadeCall(function, sent, states)
        released, self._released = self._released, []
        request = (function, sent.header, states, released, self.muted)
        before = self._worker.resident() if self._is_measured else None
        reply, value = self._returned(Call, *request, body=sent.body, callbacks=sent.callbacks)
        if self._is_measured:
            self.peak_bytes = measuring.peak_of_call(before, self._worker.resident())
        self.mutated, self.launches, self.widest = reply.mutated, reply.launches, reply.widest
        self._restore(sent, reply)
        if reply.node is None:
            return made.give(value.value)
        if not any(tensor.requires_grad for tensor in sent.tensors):
            self._worker.malformed()
        return made.give(self._attach(sent, value, reply.node))

    def pull_back(
        self, node: int, gradients: list[Any], wanted: list[int], create_graph: bool
    ) -> tuple[list[Any], list[bool], int | None]:
        """The vector-Jacobian products for the `wanted` inputs, which of them have a graph, and its node."""
        sent = encode(gradients)
        reply, value = self._returned(Pullback, node, sent.header, wanted, create_graph, body=sent.body)
        if type(value.value) is not list or len(value.value) != len(wanted):
            self._worker.malformed()
        return value.value, value.requires_grad, reply.node

    def seed_torch(self, seed: int) -> None:
        """Seed torch's global generator in the worker."""
        self._returned(SeedTorch, seed)

    def draw_torch(self, count: int) -> Any:
        """Draw float64 uniforms from torch's global generator in the worker."""
        _, value = self._returned(DrawTorch, count)
        return value.value

    def interrupt(self) -> None:
        """Let a thread that waits for the worker go on, with `Stopped`."""
        self._worker.interrupt()

    def release(self, node: int) -> None:
        """Let the worker forget a node with the next call."""
        self._released.append(node)

    def malformed(self) -> NoReturn:
        """Stop because the worker's reply makes no sense."""
        self._worker.malformed()

    def _returned(
        self, kind: type[Message], *arguments: Any, body: bytes = b"", callbacks: Sequence[Any] = ()
    ) -> tuple[Returned, Decoded]:
        reply, answer = self._ask(kind, *arguments, body=body, callbacks=callbacks)
        if isinstance(reply, Unsendable):
            raise WrongAnswer(f"the function returned {neutralise(reply.what)}")
        if not isinstance(reply, Returned):
            self._worker.malformed()
        try:
            return reply, decode(reply.value, answer)
        except Malformed as error:
            self._worker.malformed(error)

    def _ask(
        self, kind: type[Message], *arguments: Any, body: bytes = b"", callbacks: Sequence[Any] = ()
    ) -> tuple[Reply, bytes]:
        reply, answer = self._worker.ask(kind, *arguments, body=body)
        while isinstance(reply, Ask):
            reply, answer = self._worker.answer(*self._serve(reply, answer, callbacks))
        if isinstance(reply, Raised):
            raise SubmissionError(
                [neutralise(name) for name in reply.classes],
                neutralise(reply.message),
                neutralise(reply.trace),
                reply.out_of_memory,
            )
        if isinstance(reply, Forbidden):
            self._refuse(reply)
        return reply, answer

    def _serve(self, asked: Ask, body: bytes, callbacks: Sequence[Any]) -> tuple[bytes, bytes]:
        """Call one of the suite's functions for the worker; header and body of what it returns."""
        try:
            arguments = decode(asked.arguments, body).value
            value = callbacks[asked.callback](*arguments)
        except (Malformed, ArithmeticError, LookupError, TypeError, ValueError):
            # Only a forged question has arguments that don't fit.
            self._worker.malformed()
        sent = encode(value)
        return sent.header, sent.body

    def _refuse(self, reply: Forbidden) -> NoReturn:
        forbidden = self._exercise.description.forbidden
        if not 0 <= reply.position < len(forbidden):
            self._worker.malformed()
        ban = forbidden[reply.position]
        used = f"torch's `{neutralise(reply.used)}`" if ban.allow else ban.call
        self._worker.stopped = Stopped("rejected", f"{used} may not be used: {ban.reason}")
        raise self._worker.stopped

    def _restore(self, sent: Encoded, reply: Returned) -> None:
        """Leave the judge's generators in the states that the submission left its copies in."""
        if len(reply.generators) != len(sent.generators):
            self._worker.malformed()
        for generator, state in zip(sent.generators, reply.generators, strict=True):
            try:
                generator.set_state(generator_state(state))
            except (Malformed, RuntimeError, TypeError, ValueError):
                self._worker.malformed()

    def _attach(self, sent: Encoded, value: Decoded, node: int) -> Any:
        from grader.judge.autograd import attach

        inputs = [tensor for tensor in sent.tensors if tensor.requires_grad]
        return attach(self, node, inputs, value)


class Caller(Protocol):
    """What runs a submission somewhere else; the attributes describe the last call."""

    given: str
    made: MadeCall | None
    mutated: bool
    peak_bytes: int | None

    def call(self, function: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call a function of the submission."""

    def interrupt(self) -> None:
        """Give up a call that another thread waits for."""


class Submission:
    """The `submission` fixture: attribute access gives the functions of the submission."""

    def __init__(self, remote: Caller) -> None:
        self._remote = remote

    @property
    def mutated(self) -> bool:
        """Whether the last call changed an argument in place, as reported by the worker."""
        return self._remote.mutated

    @property
    def peak_bytes(self) -> int:
        """The most memory that the last call held on top of what was there before it.

        Measured from outside, in checks marked `measured`; 0 if the call stayed below an earlier peak.
        """
        if self._remote.peak_bytes is None:
            raise RuntimeError("no call was measured: the check must be marked `measured`, on Linux")
        return self._remote.peak_bytes

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def function(*arguments: Any, **named: Any) -> Any:
            return self._remote.call(name, arguments, named)

        function.__name__ = name
        return function


class Kernels:
    """The `kernels` fixture: Triton kernels in the worker, as it reports them."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    @property
    def launches(self) -> int:
        """How many kernels the last call launched."""
        return self._remote.launches

    @property
    def widest(self) -> int:
        """The longest side of a tile in the kernels of the last call; 0 where kernels are compiled."""
        return self._remote.widest

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Calls in this block launch kernels that do nothing."""
        self._remote.muted = True
        try:
            yield
        finally:
            self._remote.muted = False


class WorkerGenerator:
    """The `worker_rng` fixture: torch's global generator inside the worker."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def seed(self, seed: int) -> None:
        """`torch.manual_seed(seed)` in the worker."""
        self._remote.seed_torch(seed)

    def draw(self, count: int) -> Any:
        """`torch.rand(count, dtype=torch.float64)` in the worker."""
        return self._remote.draw_torch(count)
