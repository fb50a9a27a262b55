"""The ranks of `grader try`: forks of the learner's own interpreter, where prints and breakpoints work."""

import contextlib
import os
import random
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from grader.judge.proxy import MadeCall
from grader.judge.ranks import Ranks, free_addresses
from grader.judge.zygote import MODULES
from grader.sandbox.zygote import preload
from grader.suite.errors import SubmissionError
from grader.values import decode, encode
from grader.wire import Answer, Ask, Call, Frame, Raised, Reply, Returned, Stream

_LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


class LocalRanks:
    """Starts ranks that have what `load` returns for a submission, and ends them."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self._ranks: list[_Rank] = []

    def start(self, size: int) -> Ranks:
        """So many ranks that reach each other."""
        # Before the fork, instead of in each rank.
        preload([*MODULES["optimizer"]])
        ranks = [_Rank(self._load, number) for number in range(size)]
        self._ranks += ranks
        return Ranks(ranks, free_addresses())

    def end(self) -> None:
        """End all that were started."""
        for rank in self._ranks:
            rank.interrupt()
            rank.wait()


class _Rank:
    """A forked process, called like the worker of a judge."""

    def __init__(self, load: Callable[[], Any], number: int) -> None:
        self.given = ""
        self.made: MadeCall | None = None
        self.mutated = False
        self.peak_bytes: int | None = None
        self._replies = msgspec.msgpack.Decoder(Reply)
        ours, theirs = socket.socketpair()
        self._process = os.fork()
        if self._process == 0:
            ours.close()
            _serve(Stream(theirs), load, number)
        theirs.close()
        self._stream = Stream(ours)

    def call(self, function: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What the function returns there."""
        sent = encode([list(arguments), named], keep_strides=True, callbacks=True)
        states = [bytes(each.get_state().numpy()) for each in sent.generators]
        self._stream.send(Call(1, function, sent.header, states, []), sent.body)
        reply, frame = self._receive()
        while isinstance(reply, Ask):
            value = encode(sent.callbacks[reply.callback](*decode(reply.arguments, frame.body).value))
            self._stream.send(Answer(1, value.header), value.body)
            reply, frame = self._receive()
        if isinstance(reply, Raised):
            raise SubmissionError(reply.classes, reply.message, reply.trace)
        assert isinstance(reply, Returned)
        return decode(reply.value, frame.body).value

    def interrupt(self) -> None:
        """End the process, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)

    def wait(self) -> None:
        """Wait for its end."""
        os.waitpid(self._process, 0)

    def _receive(self) -> tuple[Reply, Frame]:
        try:
            frame = self._stream.receive()
        except EOFError:
            raise SubmissionError(["EOFError"], "the process ended", "") from None
        return frame.read(self._replies), frame


def _serve(stream: Stream, load: Callable[[], Any], number: int) -> NoReturn:
    """Answer calls until the other side is gone."""
    try:
        os.environ["GLOO_SOCKET_IFNAME"] = _LOOPBACK
        random.seed(number)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(number)
        submission = load()
        while True:
            frame = stream.receive()
            _answer(stream, submission, frame.read(msgspec.msgpack.Decoder(Call)), frame.body)
    except EOFError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(1)


def _answer(stream: Stream, submission: Any, request: Call, body: bytes) -> None:
    def stand_in(position: int) -> Callable[..., Any]:
        def call_back(*arguments: Any) -> Any:
            sent = encode(list(arguments))
            stream.send(Ask(request.seq, position, sent.header), sent.body)
            frame = stream.receive()
            return decode(frame.read(msgspec.msgpack.Decoder(Answer)).value, frame.body).value

        return call_back

    try:
        received = decode(request.arguments, body, request.generators, dense=False, callback=stand_in)
        arguments, named = received.value
        value = encode(getattr(submission, request.function)(*arguments, **named))
    except Exception as error:
        classes = [each.__name__ for each in type(error).__mro__]
        stream.send(Raised(request.seq, classes, str(error), traceback.format_exc(), False))
    else:
        stream.send(Returned(request.seq, value.header), value.body)
    finally:
        sys.stdout.flush()
