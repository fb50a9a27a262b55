"""Tensors in a real judgement: values, gradients of the first and second order, generators, strides."""

from __future__ import annotations

from grader import Verdict, check
from tests.grader.packages import Workshop

PUBLIC = '''
    import torch
    from grader.suite import assert_close_to_reference, assert_tensor

    def test_value(submission):
        """The cube"""
        x = torch.tensor([1.0, -2.0])
        assert_close_to_reference(submission.cube(x), x.double() ** 3, x**3)
'''

HIDDEN = """
    import pytest
    import torch
    from torch.autograd import grad, gradcheck, gradgradcheck
    from grader.suite import assert_tensor, violation

    def points(torch_rng, *shape):
        return torch.randn(shape, dtype=torch.float64, generator=torch_rng, requires_grad=True)

    def test_backward(submission, torch_rng):
        x, y = points(torch_rng, 4), points(torch_rng, 4)
        (submission.cube(x * 2) * y).sum().backward()
        assert torch.allclose(x.grad, 24 * x**2 * y), "the gradient is wrong"
        assert torch.allclose(y.grad, 8 * x**3), "the gradient is wrong"

    def test_gradcheck(submission, torch_rng):
        gradcheck(submission.cube, [points(torch_rng, 2, 2)])

    def test_gradgradcheck(submission, torch_rng):
        gradgradcheck(submission.cube, [points(torch_rng, 3)])

    def test_third_derivative(submission, torch_rng):
        x = points(torch_rng, 2)
        (first,) = grad(submission.cube(x).sum(), x, create_graph=True)
        (second,) = grad(first.sum(), x, create_graph=True)
        (third,) = grad(second.sum(), x)
        assert torch.allclose(third, torch.full_like(x, 6)), "the third derivative is 6"

    def test_several_inputs_and_outputs(submission, torch_rng):
        x, y, z = (points(torch_rng, 3) for _ in range(3))
        result = submission.products({"x": x, "pair": [y, z.detach()]})
        assert sorted(result) == ["count", "plain", "xy"], "the keys"
        assert result["count"] == 3, "the count"
        assert result["xy"][0].requires_grad and not result["plain"].requires_grad, "the graph"
        gx, gy, gz = grad(result["xy"][0].sum(), [x, y, z], allow_unused=True)
        assert torch.allclose(gx, y) and torch.allclose(gy, x) and gz is None, "the gradients"

    def test_an_input_that_does_not_count(submission, torch_rng):
        x, y = points(torch_rng, 2), points(torch_rng, 2)
        of_x, of_y = grad(submission.cube_of_first(x, y).sum(), [x, y], create_graph=True)
        assert torch.equal(of_y, torch.zeros_like(y)), "nothing depends on it"
        (second,) = grad(of_x.sum(), x)
        assert torch.allclose(second, 6 * x), "the second derivative"

    def test_backward_twice(submission, torch_rng):
        x = points(torch_rng, 2)
        out = submission.cube(x).sum()
        out.backward(retain_graph=True)
        out.backward()
        assert torch.allclose(x.grad, 6 * x**2), "the gradients add up"
        with pytest.raises(RuntimeError, match="second time"):
            out.backward()

    def test_no_graph(submission, torch_rng):
        assert not submission.cube(points(torch_rng, 2).detach()).requires_grad, "no input needs a gradient"
        assert not submission.detached(points(torch_rng, 2)).requires_grad, "the output is detached"
        with torch.no_grad():
            assert not submission.cube(points(torch_rng, 2)).requires_grad, "there is no graph under no_grad"

    def test_a_backward_that_raises(submission, torch_rng):
        out = submission.broken(points(torch_rng, 2))
        with violation("the backward"):
            out.sum().backward()

    def test_generator(submission):
        ours, theirs = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
        for _ in range(2):
            drawn = submission.draw(theirs)
            assert torch.equal(drawn, torch.rand(5, generator=ours)), "the draws"
        assert torch.equal(ours.get_state(), theirs.get_state()), "the state"

    def test_strides(submission):
        table = torch.arange(6.0).reshape(2, 3)
        for view in (table, table.t(), table[:, ::2], table[0].expand(2, 3)):
            assert submission.layout(view) == (list(view.stride()), view.is_contiguous()), "the strides"
            assert torch.equal(submission.cube(view), view**3), "the values"
            assert not submission.mutated, "nothing was changed"

    @pytest.mark.parametrize("how", ["zero", "transpose", "list"])
    def test_mutation(submission, how):
        submission.change([torch.ones(2, 3), 5], how)
        assert submission.mutated, "the change was not seen"

    def test_worker_generator(submission, worker_rng):
        worker_rng.seed(7)
        first = worker_rng.draw(3)
        worker_rng.seed(7)
        assert torch.equal(first, worker_rng.draw(3)), "the seed"
        expected = torch.rand(3, dtype=torch.float64, generator=torch.Generator().manual_seed(7))
        assert torch.equal(first, expected), "the draws"

    def test_lazy_bits(submission):
        assert submission.conjugate(torch.tensor([1 + 2j])).tolist() == [1 - 2j], "the conjugate"
        assert submission.negative(torch.tensor([1.0])).tolist() == [-1.0], "the negative"
"""

PROGRAM = """
    import torch

    def cube_of_first(x, y):
        return x**3

    def cube(x):
        return x**3

    def products(inputs):
        y, z = inputs["pair"]
        return {"xy": (inputs["x"] * y, z), "plain": z * 2, "count": len(z)}

    def detached(x):
        return (x**3).detach()

    class Broken(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, gradient):
            raise ValueError("not implemented")

    def broken(x):
        return Broken.apply(x)

    def draw(generator):
        return torch.rand(5, generator=generator)

    def layout(x):
        return list(x.stride()), x.is_contiguous()

    def change(items, how):
        if how == "zero":
            items[0].zero_()
        elif how == "transpose":
            items[0].t_()
        else:
            items[1] = 6

    def conjugate(x):
        return x.conj()

    def negative(x):
        return torch._neg_view(x)
"""

MISTAKES = """
    import torch
    from torch.autograd import gradcheck

    def test_gradcheck(submission):
        gradcheck(submission.cube, [torch.ones(2, dtype=torch.float64, requires_grad=True)])

    def test_sparse(submission):
        submission.sparse(torch.eye(2))

    def test_large(submission):
        submission.large(torch.ones(1))

    def test_missing(submission):
        submission.nothing(torch.ones(1))

    def test_optimizer(submission):
        assert submission.descend(torch.tensor([4.0])).abs().item() < 1, "it does not go down"
"""

WRONG = """
    import torch

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return gradient * 2 * x**2

    def cube(x):
        return Cube.apply(x)

    def sparse(x):
        return x.to_sparse()

    def large(x):
        return torch.ones(10**9).sum() * x

    def descend(x):
        point = x.clone().requires_grad_()
        optimizer = torch.optim.SGD([point], lr=0.2)
        for _ in range(5):
            optimizer.zero_grad()
            (point**2).sum().backward()
            optimizer.step()
        return point
"""


def judge(workshop: Workshop, program: str, hidden: str) -> Verdict:
    workshop.exercise(public=PUBLIC, hidden=hidden, entry_points=("cube",), torch=True, wall_seconds=20)
    return check("total", workshop.submit(program), catalog=workshop.catalog)


def test_everything_that_a_suite_may_do_with_tensors_works(workshop: Workshop):
    verdict = judge(workshop, PROGRAM, HIDDEN)
    assert [(check.id, check.message) for check in verdict.failed] == []
    assert verdict.verdict == "accepted"


def test_mistakes_with_tensors_are_told_apart(workshop: Workshop):
    verdict = judge(workshop, WRONG, MISTAKES)
    told = {check.id.partition("_")[2]: (check.outcome, check.message) for check in verdict.checks}
    assert told["value"][0] == told["optimizer"][0] == "passed"
    assert told["gradcheck"][0] == "wrong answer"
    assert "the gradient is not the derivative" in told["gradcheck"][1]
    assert told["sparse"][0] == "wrong answer"
    assert "no dense CPU tensor" in told["sparse"][1]
    assert told["large"][0] == "memory limit"
    assert told["missing"][0] == "runtime error"
    assert "does not define `nothing`" in told["missing"][1]
