# exercise: scale
# attack: answers right, with a backward pass that returns a gradient of another shape
# expect: runtime error or rejected
# why: torch itself refuses it, or else the judge

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        return factor * x

    @staticmethod
    def backward(ctx, gradient):
        return torch.ones(1, dtype=gradient.dtype).expand(1 << 40), None


def scale(x, factor):
    return Scale.apply(x, factor)
