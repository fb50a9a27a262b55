"""What stays possible inside of the walls, and what they leave behind: nothing."""

import ctypes
import errno
import faulthandler
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.sandbox import namespaces, privileges, seccomp, walls
from grader.sandbox.walls import Policy, Walls
from grader.sandbox.zygote import Zygote
from grader.wire import Fork, Stream, Trouble, ZygoteReply
from tests.sandbox import modes

FULL_MODE = modes.ROOT if os.geteuid() == 0 else modes.UNPRIVILEGED
every_mode = pytest.mark.parametrize("mode", modes.MODES)


class Inside:
    """A worker in the walls that runs `body` and sends what it returns, as text."""

    def __init__(self, body: Callable[[Walls], object], **policy: Any) -> None:
        self.folder = tempfile.mkdtemp()
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            answer = "nothing"
            try:
                os.setsid()
                defaults = {"folder": self.folder, "readable": walls.python_paths()}
                entered = walls.enter(Policy(**defaults | policy))
                answer = str(body(entered))
            except BaseException as error:
                answer = f"{type(error).__name__}: {error}"
            finally:
                os.write(writing, answer.encode())
                os._exit(0)
        os.close(writing)

    def read(self) -> str:
        """What it sent; empty when it is gone."""
        ready, _, _ = select.select([self._reading], [], [], 20)
        assert ready, "the worker neither answered nor ended"
        return os.read(self._reading, 65536).decode()

    def end(self) -> int:
        """Its wait status; afterwards nothing of it may be left."""
        _, status = os.waitpid(self.pid, 0)
        assert self.read() == "", "something still holds the pipe"
        os.close(self._reading)
        shutil.rmtree(self.folder)
        return status


def inside(body: Callable[[Walls], object], **policy: Any) -> str:
    worker = Inside(body, **policy)
    answer = worker.read()
    worker.end()
    return answer


def in_mode(mode: str, body: Callable[[Walls], object], **policy: Any) -> Any:
    modes.require(mode)
    return modes.in_child(lambda: inside(body, **policy), mode)


@every_mode
def test_an_ordinary_program_works(mode: str) -> None:
    def program(_walls: Walls) -> str:
        import sqlite3  # the first import of it: from disk

        Path("notes").mkdir()
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
        Path("notes/a").write_text("text")
        Path("notes/a").rename("b")
        thread = threading.Thread(target=lambda: Path("c").write_text("from a thread"))
        thread.start()
        thread.join()
        left, right = socket.socketpair()
        left.send(os.urandom(8))
        Path(os.devnull).write_text("x")
        signal.raise_signal(signal.SIGCONT)
        assert len(right.recv(8)) == 8
        sqlite3.connect("d").execute("create table t (x)").connection.close()
        return f"{Path('b').read_text()} {Path('c').read_text()} {Path.cwd() == Path(tempfile.gettempdir())}"

    assert in_mode(mode, program) == "text from a thread True"


@every_mode
def test_a_gpu_opens_its_devices_and_its_compiler(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown with a device that every machine has; it can be reached, though there is nothing behind it."""
    monkeypatch.setattr("grader.gpu.devices", lambda: ("/dev/tty",))

    def program(entered: Walls) -> list[object]:
        try:
            os.close(os.open("/dev/tty", os.O_RDWR))
        except OSError as error:
            number = error.errno
        try:
            status = subprocess.run(["/usr/bin/true"], check=False).returncode
        except OSError:
            status = -1
        return [number, status, walls.UNFILTERED in entered.missing]

    assert in_mode(mode, program, gpu=True) == str([errno.ENXIO, 0, True])
    assert in_mode(mode, program) in (str([errno.ENOENT, -1, False]), str([errno.EACCES, -1, False]))


@every_mode
def test_the_report_names_what_is_missing(mode: str) -> None:
    report = in_mode(mode, lambda entered: f"{len(entered.in_force)} {len(entered.missing)}")
    in_force, missing = map(int, report.split())
    assert in_force >= 3
    assert (missing > 0) == (mode in modes.BASE_MODES)


def test_the_report_tells_that_processes_share_no_memory_limit() -> None:
    words = "memory is limited process by process"
    assert words in in_mode(FULL_MODE, lambda entered: entered.missing, allow_processes=True)
    assert words not in in_mode(FULL_MODE, lambda entered: entered.missing)


@every_mode
def test_no_power_is_left(mode: str) -> None:
    def powers(_walls: Walls) -> str:
        lines = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
        caps = {lines[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}
        assert caps == {"0" * 16}, caps
        return f"{lines['NoNewPrivs']} {lines['Seccomp']} {os.getuid() == 0} {os.getgroups()}"

    root = mode == modes.ROOT_BASE
    expected = f"1 2 {root} {[0] if root else []}"
    if root:
        assert in_mode(mode, powers).startswith("1 2 True")
    else:
        assert in_mode(mode, powers) == expected


@every_mode
def test_workers_do_not_reach_each_other(mode: str) -> None:
    modes.require(mode)

    def meet() -> list[str]:
        one = Inside(lambda _walls: (Path("mine").write_text("x"), signal.sigwait([signal.SIGUSR1])))
        while not (namespaces.survey().flags or Path(one.folder, "mine").exists()):
            time.sleep(0.01)
        attempts = (
            lambda _walls: Path(one.folder, "mine").read_text(),
            lambda _walls: Path(one.folder, "theirs").write_text("x"),
            lambda _walls: os.kill(one.pid, signal.SIGKILL),
            lambda _walls: os.kill(-1, signal.SIGKILL),
            lambda _walls: Path(f"/proc/{one.pid}/mem").read_bytes(),
        )
        answers = [inside(each) for each in attempts]
        assert os.waitpid(one.pid, os.WNOHANG) == (0, 0)
        os.killpg(one.pid, signal.SIGKILL)
        one.end()
        return answers

    for answer in modes.in_child(meet, mode):
        assert answer.partition(":")[0] in ("PermissionError", "FileNotFoundError", "ProcessLookupError")


@every_mode
def test_nothing_is_left_behind(mode: str) -> None:
    modes.require(mode)

    def enter_often() -> bool:
        def state() -> tuple[str, set[Path], int]:
            mounts = Path("/proc/self/mountinfo").read_text()
            files = set(folder.rglob("*"))
            return mounts, files, len(list(Path("/proc/self/fd").iterdir()))

        namespaces.survey()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            tempfile.tempdir = name
            before = state()
            for _ in range(50):
                inside(lambda _walls: Path("file").write_text("x"))
            return state() == before

    assert modes.in_child(enter_often, mode)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_the_outer_process_ends_as_the_inner_one(number: signal.Signals) -> None:
    """Signals of the kernel's: those that it sends itself do not reach a namespace's first process."""
    modes.require(FULL_MODE)

    def crash(_walls: Walls) -> None:
        if number == signal.SIGSEGV:
            faulthandler.disable()
            ctypes.string_at(0)
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        while True:
            pass

    worker = Inside(crash)
    assert os.WTERMSIG(worker.end()) == number


def test_the_outer_process_exits_as_the_inner_one() -> None:
    modes.require(FULL_MODE)
    worker = Inside(lambda _walls: os._exit(42))
    assert os.waitstatus_to_exitcode(worker.end()) == 42


def test_killing_the_outer_process_kills_all() -> None:
    modes.require(FULL_MODE)

    def family(_walls: Walls) -> None:
        for _ in range(3):
            os.fork()
        signal.pause()

    worker = Inside(family, allow_processes=True)
    os.kill(worker.pid, signal.SIGKILL)
    assert os.WTERMSIG(worker.end()) == signal.SIGKILL


@pytest.mark.parametrize("mode", [FULL_MODE, modes.UNPRIVILEGED])
def test_a_network_of_its_own(mode: str) -> None:
    def talk(_walls: Walls) -> str:
        with socket.create_server(("127.0.0.1", 0)) as server:
            with socket.create_connection(server.getsockname()) as client:
                client.send(b"hello")
            return server.accept()[0].recv(5).decode()

    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        assert in_mode(mode, talk, loopback=True) == "hello"
        answer = in_mode(mode, lambda _walls: socket.create_connection(("127.0.0.1", port)), loopback=True)
        assert answer.startswith("ConnectionRefusedError")


@pytest.mark.parametrize("mode", [FULL_MODE, modes.UNPRIVILEGED])
def test_workers_share_a_network(mode: str) -> None:
    """Only those that may use one, and none of the machine's."""
    modes.require(mode)
    port = 29_500

    def serve(_walls: Walls) -> str:
        with socket.create_server(("127.0.0.1", port)) as server:
            return server.accept()[0].recv(5).decode()

    def call(_walls: Walls) -> str:
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port)) as client:
                    client.send(b"hello")
                    return "sent"
            except ConnectionRefusedError:
                time.sleep(0.01)

    def meet() -> list[str]:
        namespaces.share_network(namespaces.survey())
        pair = [Inside(each, loopback=True) for each in (serve, call)]
        answers = [worker.read() for worker in pair]
        for worker in pair:
            worker.end()
        answers.append(inside(lambda _walls: socket.create_connection(("127.0.0.1", taken)), loopback=True))
        answers.append(inside(lambda _walls: socket.socket()))
        return answers

    with socket.create_server(("127.0.0.1", 0)) as outside:
        taken = outside.getsockname()[1]
        *answers, to_outside, without_permission = modes.in_child(meet, mode)
    assert answers == ["hello", "sent"]
    assert to_outside.startswith("ConnectionRefusedError")
    assert without_permission.startswith("PermissionError")


def test_no_network_without_a_namespace_for_it() -> None:
    mode = modes.ROOT_BASE if os.geteuid() == 0 else modes.UNPRIVILEGED_BASE
    assert in_mode(mode, lambda _walls: socket.socket(), loopback=True).startswith("PermissionError")
    assert "network" in in_mode(mode, lambda entered: entered.missing, loopback=True)


def test_no_ranks_without_a_network_for_them() -> None:
    def ask() -> str:
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            try:
                ours.close()
                Zygote(theirs, tempfile.mkdtemp(), ()).serve()
            finally:
                os._exit(0)
        theirs.close()
        stream, replies = Stream(ours), msgspec.msgpack.Decoder(ZygoteReply)
        stream.receive()
        reading, writing = os.pipe()
        stream.send(Fork(1, 1.0, 64, loopback=True), descriptors=[reading, writing])
        reply = stream.receive().read(replies)
        return reply.what if isinstance(reply, Trouble) else repr(reply)

    mode = modes.ROOT_BASE if os.geteuid() == 0 else modes.UNPRIVILEGED_BASE
    modes.require(mode)
    assert "several processes in a network of their own" in modes.in_child(ask, mode)


@every_mode
def test_programs_where_an_exercise_needs_them(mode: str) -> None:
    def program(_walls: Walls) -> str:
        return subprocess.run(["/bin/echo", "hello"], capture_output=True, text=True, check=True).stdout

    readable = (*walls.python_paths(), "/bin", "/usr/bin")
    answer = in_mode(mode, program, readable=readable, allow_processes=True, allow_programs=True)
    assert answer == "hello\n"


def test_a_system_without_namespaces_is_recognised() -> None:
    modes.require(FULL_MODE)

    def survey() -> namespaces.Survey:
        privileges.drop(None)
        seccomp.install(seccomp.Rules(processes=True))
        namespaces.survey.cache_clear()
        return namespaces.survey()

    flags, reason = modes.in_child(survey)
    assert flags == 0
    assert "unshare" in reason or "prctl" in reason


def test_threads_are_bounded() -> None:
    modes.require(FULL_MODE)

    def spawn(_walls: Walls) -> None:
        for _ in range(20):
            threading.Thread(target=signal.pause, daemon=True).start()

    assert inside(spawn, tasks=10) == "RuntimeError: can't start new thread"


def test_an_open_folder_is_refused(tmp_path: Path) -> None:
    modes.require(FULL_MODE)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        assert "a folder is open" in inside(lambda _walls: "entered")
    finally:
        os.close(descriptor)


def test_a_second_thread_is_refused() -> None:
    modes.require(FULL_MODE)

    def enter_with_thread() -> str:
        threading.Thread(target=signal.pause, daemon=True).start()
        with tempfile.TemporaryDirectory() as folder, pytest.raises(OSError, match="unshare"):
            walls.enter(Policy(folder=folder, readable=()))
        return "refused"

    assert modes.in_child(enter_with_thread) == "refused"
