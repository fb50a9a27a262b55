"""The process that runs a submission; nothing that it reports about itself is believed.

It starts as a fork of the zygote, gives up every descriptor but its socket and its output pipe, confines
itself, and then answers the judge's requests: load the source, call a function, pull gradients back. The
submission shares this interpreter and may do as it likes with it.
"""

import contextlib
import importlib
import linecache
import os
import random
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import msgspec

from grader import gpu
from grader.sandbox import limits, walls
from grader.sandbox.afresh import Surroundings
from grader.values import Unsupported, decode, encode
from grader.wire import (
    Answer,
    Ask,
    Ban,
    Call,
    DrawTorch,
    Forbidden,
    Fork,
    Frame,
    Load,
    Loaded,
    Pullback,
    Raised,
    Reply,
    Request,
    Returned,
    SeedTorch,
    Started,
    Stream,
    Unsendable,
)

_SOCKET = 3
# The name of the loopback device: processes find each other by it, without looking a host name up.
_LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"
_KERNELS = "grader.sandbox.kernels"
_TEXT = 20_000
_UNCONFINED = 70
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "Cannot allocate memory")


UNOFFICIAL = "unofficial: no sandbox (this system has no Landlock or no seccomp; see `grader doctor`)"


class ForbiddenCall(BaseException):
    """The submission called a function that the exercise forbids; no `except Exception` hides it."""


def begin(connection: int, output: int, folder: str, readable: tuple[str, ...], request: Fork) -> NoReturn:
    """Turn this fresh fork into a worker; never returns."""
    try:
        _detach(connection, output, folder)
        if request.measured:
            limits.give_memory_back(limits.load_libc())
        started = _confine(folder, readable, request)
        stream = Stream(socket.socket(fileno=_SOCKET))
        stream.send(started)
        Worker(stream, Surroundings(str(Path.cwd()))).serve()
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)


def _confine(folder: str, readable: tuple[str, ...], request: Fork) -> Started:
    """Limits and walls; when one of them fails, nothing of the submission is ever received."""
    try:
        on_gpu = _KERNELS in sys.modules and gpu.available()
        in_force, missing = limits.apply(request.cpu_seconds, request.memory_mib, gpu=on_gpu)
        policy = walls.Policy(folder=folder, readable=readable, loopback=request.loopback, gpu=on_gpu)
        entered = walls.enter(policy)
    except OSError as error:
        os.write(2, f"the sandbox cannot be entered: {error}".encode())
        os._exit(_UNCONFINED)
    unofficial = [] if walls.base_available() else [UNOFFICIAL]
    if walls.UNFILTERED in entered.missing:
        unofficial = [f"unofficial: {walls.UNFILTERED}"]
    return Started(0, [*unofficial, *in_force, *entered.in_force], [*missing, *entered.missing])


class Worker:
    """Answers the requests of the checks that it serves, one after the other."""

    def __init__(self, stream: Stream, surroundings: Surroundings) -> None:
        self._stream = stream
        self._surroundings = surroundings
        self._modules: list[ModuleType] = []
        self._files: set[str] = set()
        self._limited: dict[int, Ban] = {}
        self._forbidden_used: list[tuple[int, str]] = []
        self._graphs: Any = None
        self._answers = msgspec.msgpack.Decoder(Answer)
        self._kernels = _watch_kernels()

    def serve(self) -> None:
        """Answer until the judge closes the socket or kills this process."""
        decoder = msgspec.msgpack.Decoder(Request)
        while True:
            frame = self._stream.receive()
            request = frame.read(decoder)
            reply, body = self._answer(request, frame)
            _flush()
            self._stream.send(reply, body)

    def _answer(self, request: Request, frame: Frame) -> tuple[Reply, bytes]:
        try:
            reply, body = self._perform(request, frame)
        except ForbiddenCall:
            reply, body = Forbidden(request.seq, *self._forbidden_used[0]), b""
        except Unsupported as error:
            reply, body = Unsendable(request.seq, str(error)[:_TEXT]), b""
        except BaseException as error:
            reply, body = self._raised(request.seq, error), b""
        if self._forbidden_used:
            return Forbidden(request.seq, *self._forbidden_used[0]), b""
        return reply, body

    def _perform(self, request: Request, frame: Frame) -> tuple[Reply, bytes]:
        if isinstance(request, Load):
            return self._load(request), b""
        if isinstance(request, Call):
            return self._call(request, frame.body)
        if isinstance(request, Pullback):
            return self._pull_back(request, frame.body)
        return self._torch_generator(request)

    def _load(self, request: Load) -> Loaded:
        self._forget()
        random.seed(request.seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(request.seed % 2**32)
        if "torch" in sys.modules:
            sys.modules["torch"].default_generator.manual_seed(request.seed)
        self._limited = {position: ban for position, ban in enumerate(request.forbidden) if ban.allow}
        for position, ban in enumerate(request.forbidden):
            if not ban.allow:
                self._forbid(position, ban)
        self._modules.append(self._execute("submission", request.filename, request.source))
        if request.driver is not None:
            self._modules.insert(0, self._execute("driver", "driver.py", request.driver))
        missing = [name for name in request.entry_points if not callable(self._find(name))]
        return Loaded(request.seq, missing)

    def _forget(self) -> None:
        """Leave nothing of the check before."""
        self._modules.clear()
        self._forbidden_used.clear()
        if self._graphs is not None:
            self._graphs.clear()
        self._surroundings.restore()

    def _execute(self, name: str, filename: str, source: bytes) -> ModuleType:
        lines = source.decode(errors="replace").splitlines(keepends=True)
        # Without a modification time linecache never looks for the file: tracebacks show these lines.
        linecache.cache[filename] = (len(source), None, lines, filename)
        self._files.add(filename)
        module = ModuleType(name)
        module.__file__ = filename
        sys.modules[name] = module
        exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)
        return module

    def _find(self, name: str) -> Any:
        for module in self._modules:
            if name in vars(module):
                return vars(module)[name]
        return None

    def _forbid(self, position: int, ban: Ban) -> None:
        def stand_in(*_args: Any, **_kwargs: Any) -> NoReturn:
            self._refuse(position, ban.call)

        owner, name = _locate(ban.call)
        setattr(owner, name, stand_in)

    def _refuse(self, position: int, used: str) -> NoReturn:
        self._forbidden_used.append((position, used))
        raise ForbiddenCall(used)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """While the submission runs, torch may do what allow lists say."""
        with contextlib.ExitStack() as stack:
            for position, ban in self._limited.items():
                from grader.sandbox import guard

                stack.enter_context(guard.only(ban.allow, partial(self._refuse, position), self._files))
            yield

    def _call(self, request: Call, body: bytes) -> tuple[Reply, bytes]:
        received = decode(
            request.arguments,
            body,
            request.generators,
            dense=False,
            callback=lambda position: self._callback(request.seq, position),
        )
        arguments, named = received.value
        differentiable = any(received.requires_grad)
        if differentiable:
            self._open_graphs().begin(received, request.released)
        function = self._find(request.function)
        if function is None:
            raise NameError(f"the program does not define `{request.function}`")
        if self._kernels:
            self._kernels.start(muted=request.muted)
        with self._guarded():
            result = function(*arguments, **named)
        launches, widest = (self._kernels.launches, self._kernels.widest) if self._kernels else (0, 0)
        value = encode(result)
        node = self._open_graphs().keep(received, value.tensors) if differentiable else None
        states = [bytes(generator.get_state().numpy()) for generator in received.generators]
        changed = _changed(received.value, request.arguments, body)
        return Returned(request.seq, value.header, states, node, changed, launches, widest), value.body

    def _callback(self, seq: int, position: int) -> Callable[..., Any]:
        """What stands in an argument for a function of the judge's."""

        def call_back(*arguments: Any) -> Any:
            try:
                sent = encode(list(arguments))
            except Unsupported as error:
                raise TypeError(f"this function does not take {error}") from None
            self._stream.send(Ask(seq, position, sent.header), sent.body)
            frame = self._stream.receive()
            return decode(frame.read(self._answers).value, frame.body).value

        return call_back

    def _pull_back(self, request: Pullback, body: bytes) -> tuple[Reply, bytes]:
        gradients = decode(request.gradients, body).value
        products, node = self._open_graphs().pull_back(
            request.node, gradients, request.wanted, request.create_graph
        )
        value = encode(products)
        return Returned(request.seq, value.header, node=node), value.body

    def _open_graphs(self) -> Any:
        if self._graphs is None:
            from grader.sandbox.gradients import Graphs

            self._graphs = Graphs()
        return self._graphs

    def _torch_generator(self, request: SeedTorch | DrawTorch) -> tuple[Reply, bytes]:
        import torch

        if isinstance(request, SeedTorch):
            torch.default_generator.manual_seed(request.seed)
            value = encode(None)
        else:
            value = encode(torch.rand(request.count, dtype=torch.float64))
        return Returned(request.seq, value.header), value.body

    def _raised(self, seq: int, error: BaseException) -> Raised:
        message = _text(error)
        out_of_memory = isinstance(error, MemoryError) or (
            isinstance(error, RuntimeError) and any(words in message for words in _OUT_OF_MEMORY)
        )
        classes = [each.__name__[:400] for each in type(error).__mro__][:50]
        return Raised(seq, classes, message, self._trace(error), out_of_memory)

    def _trace(self, error: BaseException) -> str:
        """The traceback with the learner's own lines only."""
        try:
            # Triton's interpreter, for one, raises its own error from that in a kernel.
            chain = [error, error.__cause__] if error.__cause__ else [error]
            frames = [
                frame
                for each in chain
                for frame in traceback.extract_tb(each.__traceback__)
                if frame.filename in self._files
            ]
            last = traceback.format_exception_only(error)
            return "".join(traceback.format_list(frames[-8:]) + last)[-_TEXT:]
        except Exception:
            return type(error).__name__


def _watch_kernels() -> Any:
    """Count the launches of Triton's kernels where an exercise has it loaded."""
    if _KERNELS not in sys.modules:
        return None
    from grader.sandbox.kernels import Kernels

    return Kernels()


def _detach(connection: int, output: int, folder: str) -> None:
    """A session, descriptors, environment and working directory of its own."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDWR)
    high = [os.dup(descriptor) for descriptor in (null, output, output, connection)]
    for target, descriptor in enumerate(high):
        os.dup2(descriptor, target, inheritable=target != _SOCKET)
    for descriptor in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if descriptor > _SOCKET:
            with contextlib.suppress(OSError):
                os.close(descriptor)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder, GLOO_SOCKET_IFNAME=_LOOPBACK)
    sys.argv = ["submission"]
    sys.dont_write_bytecode = True


def _locate(dotted: str) -> tuple[Any, str]:
    """The object that holds the last name of a dotted path, and that name."""
    *path, name = dotted.split(".")
    owner: Any = importlib.import_module(path[0])
    for depth, part in enumerate(path[1:], start=2):
        if not hasattr(owner, part):
            importlib.import_module(".".join(path[:depth]))
        owner = getattr(owner, part)
    getattr(owner, name)
    return owner, name


def _changed(value: Any, header: bytes, body: bytes) -> bool:
    try:
        now = encode(value, keep_strides=True, callbacks=True)
    except (Unsupported, RecursionError):
        return True
    return (now.header, now.body) != (header, body)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT]
    except Exception:
        return "(its text could not be made)"
