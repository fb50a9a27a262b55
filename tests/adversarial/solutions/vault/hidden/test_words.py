"""One word that is written down in this file, one that is made from the nonce: neither can be computed."""

from random import Random
from typing import Any

from grader.suite import assert_equal

WRITTEN = "vault:" + "5d1c7f0be92a4683"


def test_written(submission: Any) -> None:
    """The word written down in the suite"""
    expected = WRITTEN
    assert submission.open_vault("written") == expected, "that is not the word"


def test_drawn(submission: Any, rng: Random) -> None:
    """The word drawn from the nonce"""
    expected = f"vault:{rng.getrandbits(64):016x}"
    got = submission.open_vault("drawn")
    assert_equal(got == expected, True)
