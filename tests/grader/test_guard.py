"""An allow list for torch: what else is used is refused, however it is written."""

from __future__ import annotations

import pytest

from grader import CatalogError
from tests.grader.conftest import Judge
from tests.grader.packages import Workshop

ALLOW = (
    '["empty", "zeros", "copy_", "clone", "permute", "view", "_unsafe_view", "slice", "_to_copy", "fill_"]'
)
BAN = f"""
[[forbidden]]
call = "torch"
reason = "a kernel does the work"
allow = {ALLOW}
"""
SUITE = """
    import torch

    def test_call(submission):
        x = torch.arange(6, dtype=torch.float32).reshape(2, 3)
        assert torch.equal(submission.total(x), x.T), "the transpose"
"""


@pytest.fixture(name="judge_body")
def judges_bodies(workshop: Workshop, judge: Judge):
    """The verdict on a function `total` with this body."""
    workshop.exercise(public=SUITE, hidden=SUITE, torch=True, extra=BAN, wall_seconds=20)

    def run(body: str):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        return judge(f"import numpy\nimport torch\nfrom torch.nn import functional\ndef total(x):\n{lines}\n")

    return run


@pytest.mark.parametrize(
    "body",
    [
        "return x.T.contiguous()",
        "out = torch.empty(3, 2, dtype=torch.float64)\nout[:] = x.T\nreturn out.float()",
        "print(x, f'{x}', repr(x.sum))\nout = torch.zeros(x.shape[::-1])\nout.copy_(x.T)\nreturn out",
    ],
)
def test_what_is_allowed_is_not_noticed(judge_body, body: str):
    verdict = judge_body(body)
    assert verdict.accepted, verdict.failed


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("return x.T + 0", "add"),
        ("return torch.softmax(x.T, 0)", "_softmax"),
        ("return x.T.clone().mul_(1)", "mul_"),
        ("return (x.T @ torch.zeros(2, 2))", "mm"),
        ("return torch.einsum('ij,jk->ki', torch.zeros(2, 2), x)", "unsqueeze"),
        ("return torch.bmm(x[None], x.T[None])", "unsqueeze"),
        ("y = x.T[None]\nreturn y", "unsqueeze"),
        ("return functional.scaled_dot_product_attention(x, x, x)", ""),
        ("return torch.nn.Linear(3, 2)(x).T", ""),
        ("return torch.from_numpy(x.numpy().T.copy())", "numpy"),
        ("return torch.from_numpy(numpy.asarray(x).T.copy())", "__array__"),
        ("return torch.from_numpy(numpy.from_dlpack(x).T.copy())", "__dlpack__"),
        ("return torch.tensor(x.T.tolist())", "tolist"),
        ("return x.T if x.data_ptr() else x", "data_ptr"),
        ("return x.T if x.untyped_storage() else x", "untyped_storage"),
        ("return x.T if x[1][2].item() else x", ""),
        ("return x.T if x.sum() else x", "sum"),
    ],
)
def test_the_rest_is_refused_by_name(judge_body, body: str, used: str):
    verdict = judge_body(body)
    assert verdict.verdict == "rejected"
    message = verdict.failed[0].message
    assert message.endswith(" may not be used: a kernel does the work")
    assert f"torch's `{used}`" in message or not used


def test_swallowing_the_refusal_does_not_help(judge_body):
    body = "try:\n    return x.T + 0\nexcept BaseException:\n    return x.T"
    assert judge_body(body).verdict == "rejected"


def test_loading_is_free(workshop: Workshop, judge: Judge):
    workshop.exercise(public=SUITE, hidden=SUITE, torch=True, extra=BAN, wall_seconds=20)
    assert judge("import torch\nTABLE = torch.ones(3) + 1\ndef total(x):\n    return x.T.clone()\n").accepted


def test_an_allow_list_is_for_torch(workshop: Workshop):
    workshop.exercise(extra=BAN.replace('"torch"', '"math"'))
    with pytest.raises(CatalogError, match="allow"):
        workshop.catalog.get("total")
