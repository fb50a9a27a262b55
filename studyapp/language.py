"""The languages that notes and tasks are shown in."""

from typing import Literal

Language = Literal["en", "zh"]
"""Chinese is shown where there is a translation, English everywhere else."""
