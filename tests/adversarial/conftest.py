"""The packages in exercises/ and solutions/ belong to the judge; pytest itself passes over them."""

from __future__ import annotations

import pytest

collect_ignore = ["exercises", "solutions"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "walls: stopped by Landlock, seccomp or namespaces alone")
