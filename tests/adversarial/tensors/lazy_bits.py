# exercise: scale
# attack: returns numbers whose memory is right, but a lazy bit says that they are negated or conjugated
# expect: wrong answer
# checks: 4

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


def scale(x, factor):
    result = factor * x
    return result.conj() if x.is_complex() else torch._neg_view(result)
