"""Exercises with several processes, and functions of the suite that the program calls."""

from __future__ import annotations

import socket

import pytest

from grader.sandbox import namespaces, walls
from tests.grader.conftest import Judge
from tests.grader.packages import Workshop

pytestmark = pytest.mark.skipif(
    walls.base_available() and not namespaces.survey().has(namespaces.NEWNET),
    reason="here programs can have no network of their own",
)

NOTHING = "def test_nothing(rng):\n    pass\n"
MEET = """
    def test_meet(ranks):
        team = ranks(2)
        address = team.address()
        team.run(lambda rank, submission: submission.total(rank, address))
"""
CONNECT = """
    import socket
    import time

    def meet(rank, address):
        name = ("127.0.0.1", int(address.rpartition(":")[2]))
        if rank == 0:
            with socket.create_server(name) as server:
                return server.accept()[0]
        while True:
            try:
                return socket.create_connection(name)
            except ConnectionRefusedError:
                time.sleep(0.001)

    def total(rank, address):
        with meet(rank, address) as other:
            {body}
"""


def connected(body: str) -> str:
    return CONNECT.format(body=body)


@pytest.fixture
def pair(workshop: Workshop) -> Workshop:
    workshop.exercise(hidden=NOTHING, public=MEET, world_size=(2,), wall_seconds=20)
    return workshop


def test_ranks_reach_each_other(workshop: Workshop, judge: Judge):
    workshop.exercise(
        world_size=(2, 4),
        public="""
            from grader.suite import assert_equal

            def test_sum(ranks):
                team = ranks(4)
                addresses = [team.address() for _ in range(3)]
                sums = team.run(lambda rank, submission: submission.total(rank, addresses))
                assert_equal(sums, [6, 0, 0, 0])
        """,
        hidden=NOTHING,
        wall_seconds=20,
    )
    verdict = judge(
        connected("pass")
        + """
    def total(rank, addresses):
        if rank:
            with meet(1, addresses[rank - 1]) as other:
                other.send(bytes([rank]))
            return 0
        received = []
        for address in addresses:
            with meet(0, address) as other:
                received.append(other.recv(1)[0])
        return sum(received)
    """
    )
    assert verdict.verdict == "accepted", verdict.checks[0].message
    assert any("network" in measure for measure in verdict.sandbox)


@pytest.mark.usefixtures("pair")
def test_ranks_reach_nobody_else(judge: Judge):
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        verdict = judge(f"""
            import socket
            def total(rank, address):
                socket.create_connection(("127.0.0.1", {port}), timeout=5)
        """)
    assert "Connection refused" in verdict.failed[0].message


@pytest.mark.usefixtures("pair")
def test_a_rank_that_raises_ends_the_check_of_those_that_wait_for_it(judge: Judge):
    verdict = judge(connected("other.recv(1) if rank == 0 else {}['key']"))
    assert verdict.verdict == "runtime error"
    message = verdict.failed[0].message
    assert message.startswith("In rank 1 of 2:")
    assert "other.recv(1) if rank == 0 else {}['key']" in message
    assert "KeyError" in message


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(
    ("end", "message"),
    [("os._exit(3)", "ended itself (exit code 3)"), ("os.abort()", "ended by the signal SIG")],
)
def test_a_rank_that_dies_ends_the_check(judge: Judge, end: str, message: str):
    verdict = judge("    import os\n" + connected(f"other.recv(1) if rank == 0 else {end}"))
    assert verdict.verdict == "runtime error"
    assert verdict.failed[0].message.startswith("rank 1: the program")
    assert message in verdict.failed[0].message


def test_a_rank_that_waits_for_ever_runs_into_the_time_limit(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden=NOTHING, public=MEET, world_size=(2,), wall_seconds=2)
    verdict = judge("""
        import signal
        def total(rank, address):
            if rank == 0:
                signal.pause()
    """)
    assert verdict.verdict == "time limit"
    assert verdict.failed[0].message.startswith("rank 0: no result after 2 s; rank 1 had returned.")


def test_ranks_that_waste_processor_time_run_into_the_limit(workshop: Workshop, judge: Judge):
    workshop.exercise(hidden=NOTHING, public=MEET, world_size=(2,), wall_seconds=60)
    verdict = judge("""
        def total(rank, address):
            while rank:
                pass
    """)
    assert verdict.verdict == "time limit"
    assert "1 s of CPU time" in verdict.failed[0].message


def test_a_failure_in_one_check_leaves_the_next_alone(workshop: Workshop, judge: Judge):
    workshop.exercise(public=MEET, hidden=MEET + MEET.replace("test_meet", "test_again"), world_size=(2,))
    verdict = judge(
        "    calls = []\n"
        + connected("calls.append(rank) or len(calls) == 1 or open('nowhere')\n")
        + """
    from pathlib import Path
    if not Path("seen").exists():
        Path("seen").touch()
    else:
        calls.append(0)
    """
    )
    assert verdict.verdict == "accepted", verdict.failed[0].message


def test_after_a_rank_failed_the_others_start_afresh(workshop: Workshop, judge: Judge):
    workshop.exercise(
        hidden=MEET,
        world_size=(2,),
        public="""
            from grader.suite import violation

            def test_refused(ranks):
                team = ranks(2)
                with violation("this"):
                    team.run(lambda rank, submission: submission.total(rank, None))
        """,
        wall_seconds=20,
    )
    verdict = judge(
        connected("pass")
        + """
    import signal
    connect = total
    def total(rank, address):
        if address is None and rank == 0:
            raise ValueError
        signal.pause() if address is None else connect(rank, address)
    """
    )
    assert verdict.verdict == "accepted", verdict.failed[0].message


@pytest.mark.usefixtures("pair")
def test_prints_are_shown_by_rank(judge: Judge):
    verdict = judge("def total(rank, address):\n    print('I am', rank)\n    assert rank == 5\n")
    assert verdict.output == "[rank 0]\nI am 0\n[rank 1]\nI am 1\n"


def test_a_size_that_the_exercise_does_not_list_is_a_fault_of_the_suite(workshop: Workshop, judge: Judge):
    workshop.exercise(public=MEET)
    verdict = judge("def total(rank, address): pass")
    assert verdict.verdict == "internal error"
    assert "ranks(2)" in verdict.checks[0].message


CALLBACK = """
    from grader.suite import Served, assert_equal

    def test_reads(submission, rng):
        rows = [rng.randrange(100) for _ in range(5)]
        served = Served(1, rows, rows)
        assert_equal(submission.total(served.reader(0), 5), sum(rows))
        assert_equal(served.reads, [[0, 1, 2, 3, 4]])
"""
SUM = "def total(read, count):\n    return sum(read(index)[1] for index in range(count))\n"


def test_a_program_calls_functions_of_the_suite(workshop: Workshop, judge: Judge):
    workshop.exercise(public=CALLBACK, hidden=NOTHING)
    assert judge(SUM).verdict == "accepted"
    backwards = judge(SUM.replace("range(count)", "reversed(range(count))"))
    assert backwards.failed[0].message.startswith("at [0][0]: expected 0, got 4")
    assert backwards.failed[0].given == "total(function, 5)"
    assert backwards.smallest is None


@pytest.mark.parametrize(
    ("call", "verdict", "message"),
    [
        ("read(5)", "wrong answer", "rank 0 asked for sample 5 of 5"),
        ("read('x')", "wrong answer", "rank 0 asked for sample 'x' of 5"),
        ("read()", "rejected", "the judge's channel"),
        ("read({1})", "runtime error", "a value of type set"),
    ],
)
def test_a_function_of_the_suite_is_safe_from_the_program(
    workshop: Workshop, judge: Judge, call: str, verdict: str, message: str
):
    workshop.exercise(public=CALLBACK, hidden=NOTHING)
    judged = judge(f"def total(read, count):\n    return {call}\n")
    assert judged.verdict == verdict
    assert message in judged.failed[0].message


@pytest.mark.parametrize(
    "program",
    [
        "ask(1)\ndef total(read, count):\n    pass",
        "def total(read, count):\n    ask(9)\n    return 0",
        "def total(read, count):\n    ask(3, 1)\n    return 0",
    ],
    ids=["while it is loaded", "of another call", "for another function"],
)
def test_a_forged_question_is_refused(workshop: Workshop, judge: Judge, program: str):
    workshop.exercise(public=CALLBACK, hidden=NOTHING)
    ask = """
import os
from grader.values import encode
from grader.wire import Ask, pack

def ask(seq, position=0):
    os.write(3, pack(Ask(seq, position, encode([0]).header)))

"""
    assert judge(ask + program).verdict == "rejected"
