"""The documented JSON is the JSON that is printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from grader import FailingCall, Verdict

DOCUMENT = Path(__file__).parents[2] / "docs" / "grader-json.md"


def test_the_documented_schema_is_that_of_the_code():
    block = re.search(r"```json\n(.*?)\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    assert json.loads(block[1]) == msgspec.json.schema(Verdict), "docs/grader-json.md says how to renew it"


def test_every_field_is_explained():
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Schema")[0]
    missing = [name for name in Verdict.__struct_fields__ if f"`{name}`" not in text]
    assert not missing


@given(st.builds(FailingCall))
def test_a_failing_call_survives_json(call: FailingCall):
    verdict = Verdict("0" * 32, "total", "wrong answer", [], 1, "0" * 64, 0, smallest=call)
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict
