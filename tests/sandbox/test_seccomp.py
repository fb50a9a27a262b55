"""The filter for both machines, run by an interpreter of classic BPF (linux/filter.h, seccomp(2))."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.seccomp import Rules, assemble
from grader.sandbox.syscalls import NEWEST, NUMBERS

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS
THREAD, FORK, NEWUSER = 0x3D0F00, 0x1200011, 0x10000000
NAMES = sorted(set(NUMBERS["x86_64"]) | set(NUMBERS["aarch64"]))
BY_ARGUMENT = {
    "clone", "fcntl", "ioctl", "mmap", "open", "openat", "personality", "prctl", "prlimit64", "socketpair",
}  # fmt: skip
HARMLESS = {"capget", "close_range", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self"}
PERMITTED = {"kill", "tgkill", "tkill", "sched_setaffinity", "rt_sigqueueinfo", "rt_tgsigqueueinfo"}

STRICT = Rules()

machines = pytest.mark.parametrize("machine", ARCHITECTURES)


def run(code: bytes, architecture: int, number: int, *arguments: int) -> int:
    """The verdict on one call; raises IndexError when the program runs past its end."""
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    program: list[tuple[int, ...]] = list(struct.iter_unpack("=HBBI", code))
    accumulator = position = 0
    while True:
        operation, if_true, if_false, value = program[position]
        position += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif operation == 0x54:
            accumulator &= value
        else:
            tests = {
                0x15: accumulator == value,
                0x25: accumulator > value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }
            position += if_true if tests[operation] else if_false


def ask(machine: str, name: str, *arguments: int, rules: Rules = STRICT) -> int:
    return run(assemble(machine, rules), ARCHITECTURES[machine], NUMBERS[machine][name], *arguments)


@machines
def test_calls_named_for_denial_are_denied(machine: str) -> None:
    for name in set(NUMBERS[machine]) - BY_ARGUMENT - HARMLESS - PERMITTED:
        assert ask(machine, name) != ALLOW, name


@machines
def test_foreign_machines_are_killed(machine: str) -> None:
    other = next(value for name, value in ARCHITECTURES.items() if name != machine)
    assert run(assemble(machine, STRICT), other, 0) == KILL


def test_the_x32_interface_is_killed() -> None:
    assert run(assemble("x86_64", STRICT), ARCHITECTURES["x86_64"], 0x40000000 | 1) == KILL


@machines
def test_calls_newer_than_the_review_do_not_exist(machine: str) -> None:
    code = assemble(machine, STRICT)
    assert run(code, ARCHITECTURES[machine], NEWEST + 1) == ENOSYS
    assert ask(machine, "clone3") == ask(machine, "openat2") == ENOSYS


@machines
def test_threads_but_not_processes(machine: str) -> None:
    assert ask(machine, "clone", THREAD) == ALLOW
    assert ask(machine, "clone", FORK) == EPERM
    assert ask(machine, "clone", FORK, rules=Rules(processes=True)) == ALLOW


@machines
@given(flags=st.integers(0, 2**32 - 1), high=st.integers(0, 2**32 - 1), processes=st.booleans())
def test_no_namespaces_whatever_else_is_asked(machine: str, flags: int, high: int, processes: bool) -> None:
    asked = high << 32 | flags | NEWUSER
    assert ask(machine, "clone", asked, rules=Rules(processes=processes)) == EPERM


@machines
def test_sockets_only_with_a_network_and_never_by_path(machine: str) -> None:
    inet, unix, vsock = 2, 1, 40
    network = Rules(network=True)
    assert ask(machine, "socket", inet) == EPERM
    assert ask(machine, "socket", inet, rules=network) == ALLOW
    assert ask(machine, "socket", unix, rules=network) == EPERM
    assert ask(machine, "socket", vsock, rules=network) == EPERM
    assert ask(machine, "connect", rules=network) == ALLOW
    stream, datagram, close_on_exec = 1, 2, 0o2000000
    assert ask(machine, "socketpair", unix, stream | close_on_exec) == ALLOW
    assert ask(machine, "socketpair", unix, datagram | close_on_exec) == EPERM


@machines
@given(
    family=st.sampled_from([1, 2**32 + 1, 30]) | st.integers(0, 2**64 - 1),
    kind=st.sampled_from([1, 2, 3, 5]),
    network=st.booleans(),
)
def test_pairs_of_local_sockets_only(machine: str, family: int, kind: int, network: bool) -> None:
    verdict = ask(machine, "socketpair", family, kind, rules=Rules(network=network))
    # The kernel takes the family for a number of 32 bits.
    unix, connected = family % 2**32 == 1, kind in (1, 5)
    assert verdict == (ALLOW if unix and connected else EPERM)


@machines
def test_signals_go_to_the_named_process_only(machine: str) -> None:
    rules = Rules(signals_to=77)
    for name in ("kill", "tgkill"):
        assert ask(machine, name, 77, rules=rules) == ALLOW
        assert ask(machine, name, 78, rules=rules) == EPERM
        assert ask(machine, name, -1 & 2**64 - 1, rules=rules) == EPERM
        assert ask(machine, name, 78) == ALLOW


@machines
def test_memory_that_is_private_or_a_file_but_not_shared_without_one(machine: str) -> None:
    shared, private, anonymous = 0x01, 0x02, 0x20
    assert ask(machine, "mmap", 0, 4096, 3, private | anonymous) == ALLOW
    assert ask(machine, "mmap", 0, 4096, 3, shared) == ALLOW
    assert ask(machine, "mmap", 0, 4096, 3, shared | anonymous) == EPERM


@machines
def test_opening_for_reading_must_not_truncate(machine: str) -> None:
    read, write, create, truncate = 0, 1, 0o100, 0o1000
    assert ask(machine, "openat", 0, 0, write | create | truncate) == ALLOW
    assert ask(machine, "openat", 0, 0, read) == ALLOW
    assert ask(machine, "openat", 0, 0, read | truncate) == EPERM


@machines
@given(
    number=st.integers(0, NEWEST),
    arguments=st.lists(st.integers(0, 2**64 - 1), max_size=6),
    rules=st.builds(Rules, st.booleans(), st.booleans(), st.booleans(), st.none() | st.integers(1, 2**22)),
)
def test_every_path_ends_in_a_verdict(machine: str, number: int, arguments: list[int], rules: Rules) -> None:
    verdict = run(assemble(machine, rules), ARCHITECTURES[machine], number, *arguments)
    assert verdict in (ALLOW, KILL) or verdict & 0xFFFF0000 == ERRNO
