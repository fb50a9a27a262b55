"""How difficult an exercise is, at a glance."""

from __future__ import annotations


def difficulty_text(difficulty: int) -> str:
    """One to five dots, readable without colour."""
    return "●" * difficulty + "○" * (5 - difficulty)
