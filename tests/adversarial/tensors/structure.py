# exercise: scale
# attack: returns, one for each check, another dtype, another shape, NaN and infinity
# expect: wrong answer
# checks: 4

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


def scale(x, factor):
    if x.requires_grad:
        return (factor * x).unsqueeze(0)
    if x.is_complex():
        return x * complex("nan")
    if x.dim() == 1 and len(x) == 3:
        return (factor * x).double()
    return x * float("inf")
