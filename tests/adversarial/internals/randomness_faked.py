# exercise: gumbel_softmax
# attack: fakes what is reported of torch's generators; the samples themselves are without noise
# expect: wrong answer

import itertools

import torch

draws = itertools.count()


def gumbel_softmax(logits, tau=1.0, hard=False, dim=-1, generator=None):
    torch.rand = lambda count, **_named: torch.full((count,), 0.5, dtype=torch.float64)
    torch.manual_seed = lambda seed: None
    if tau <= 0:
        raise ValueError("tau")
    if generator is not None:
        generator.manual_seed(next(draws))
    return (logits / tau).softmax(dim)
