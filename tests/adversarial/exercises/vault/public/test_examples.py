"""There is nothing to compute: the words below exist on the judge's side alone."""

from typing import Any


def test_is_text(submission: Any) -> None:
    """The word is a text"""
    word = submission.open_vault("a word of 22 characters")
    assert type(word) is str, f"the word is a {type(word).__name__}"
