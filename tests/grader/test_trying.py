"""`grader try`: the public examples in the learner's own interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader import Catalog
from tests.grader.packages import Workshop

NO_VERDICT = "no verdict, nothing recorded"
WRONG = "def max_sliding_window(nums, k):\n    seen = list(nums)\n    print('here', k)\n    return seen[9]\n"
START = """
import sys
from pathlib import Path
from grader import cli, catalog, commands
folder = Path(sys.argv[1])
for module in (cli, catalog, commands):
    module.data_folder = lambda name: folder / name
sys.exit(cli.run(["try", "total", *sys.argv[2:]]))
"""


def attempt(exercise: str, program: Path, *options: str, keys: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.cli", "try", exercise, str(program), *options]
    return subprocess.run(command, input=keys, capture_output=True, text=True, check=False)


def attempt_here(workshop: Workshop, program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", START, str(workshop.folder), str(workshop.submit(program))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("exercise", ["sliding_window_max", "gumbel_softmax", "flash_attention"])
def test_an_accepted_program_passes_its_examples(exercise: str):
    program = min((Catalog.default().get(exercise).solutions / "accepted").glob("*.py"))
    process = attempt(exercise, program)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.rstrip().endswith(f"{NO_VERDICT}.")


def test_prints_and_own_lines_are_shown(workshop: Workshop):
    process = attempt("sliding_window_max", workshop.submit(WRONG))
    assert process.returncode == 1
    assert "here 3" in process.stdout
    assert "IndexError: list index out of range" in process.stdout
    assert "return seen[9]" in process.stdout


def test_the_debugger_stops_in_the_own_function(workshop: Workshop):
    process = attempt("sliding_window_max", workshop.submit(WRONG), "--pdb", keys="p seen\nq\n")
    assert "-> return seen[9]" in process.stdout
    assert "(Pdb) [1, 3, -1, -3, 5, 3, 6, 7]" in process.stdout
    assert NO_VERDICT in process.stdout


def test_a_file_that_is_missing_is_explained(workshop: Workshop):
    process = attempt("sliding_window_max", workshop.folder / "absent.py")
    assert process.returncode == 2
    assert "grader start sliding_window_max" in process.stderr


def test_nothing_is_written_beside_the_files(workshop: Workshop):
    workshop.exercise()
    before = sorted(workshop.folder.rglob("*"))
    assert attempt_here(workshop, "def total(numbers): return sum(numbers)").returncode == 0
    assert sorted(workshop.folder.rglob("*")) == sorted([*before, workshop.folder / "program.py"])


EXAMPLES = '''
    import pytest
    from grader.suite import assert_equal, violation

    def test_driven(submission):
        """The driver is used"""
        assert_equal(submission.run([1, 2]), 3)

    def test_refused(submission):
        """Text is refused"""
        with violation("text"):
            submission.total("text")

    @pytest.mark.instrumented
    def test_unchanged(submission):
        """The list is left alone"""
        submission.total([2, 1])
        assert not submission.mutated, "the list was changed"

    def test_draws(submission, rng, numpy_rng, torch_rng, worker_rng):
        """Generators are given"""
        worker_rng.seed(3)
        drawn = [rng.random(), numpy_rng.random(), torch_rng.initial_seed(), worker_rng.draw(1).item()]
        assert all(0 <= number < 1 for number in drawn)
'''
DRIVER = "import submission\ndef run(numbers):\n    return submission.total(numbers)\n"
CAREFUL = """
    def total(numbers):
        if isinstance(numbers, str):
            raise UnicodeError("numbers, please")
        {extra}
        return sum(numbers)
"""


def test_examples_see_what_the_judge_would_show_them(workshop: Workshop):
    workshop.exercise(public=EXAMPLES, driver=DRIVER)
    process = attempt_here(workshop, CAREFUL.format(extra=""))
    assert process.returncode == 0, process.stdout
    process = attempt_here(workshop, CAREFUL.format(extra="numbers.sort()"))
    assert process.returncode == 1
    assert "the list was changed" in process.stdout
    assert "1 failed, 3 passed" in process.stdout


RANKS = """
    from grader.suite import assert_equal, violation

    def test_ranks(ranks, rng):
        team = ranks(2)
        address = team.address()
        rows = [rng.randrange(100) for _ in range(4)]
        def work(rank, submission):
            with violation("no rank"):
                submission.total(None, address, rows.__getitem__)
            return submission.total(rank, address, lambda index: rows[index])
        assert_equal(team.run(work), [sum(rows), 0])
"""
RANK = """
import socket
import time

def total(rank, address, read):
    name = ("127.0.0.1", int(address.rpartition(":")[2]))
    if rank is None:
        raise ValueError("a rank is needed")
    if rank == 0:
        with socket.create_server(name) as server, server.accept()[0] as other:
            return read(0) + read(1) + int(other.recv(8).decode())
    while True:
        try:
            with socket.create_connection(name) as other:
                other.send(str(read(2) + read(3)).encode())
                return 0
        except ConnectionRefusedError:
            time.sleep(0.01)
"""


def test_ranks_are_processes_of_the_learners_own(workshop: Workshop):
    workshop.exercise(public=RANKS, world_size=(2,))
    process = attempt_here(workshop, RANK)
    assert process.returncode == 0, process.stdout
    process = attempt_here(workshop, RANK.replace("return 0", "return {}['nothing']"))
    assert process.returncode == 1
    assert "In rank 1 of 2:" in process.stdout
    assert "return {}['nothing']" in process.stdout
