# exercise: scale
# attack: replaces every comparison of torch, in its own process
# expect: wrong answer
# checks: 5

import torch

torch.allclose = torch.equal = lambda *_arguments, **_named: True
torch.testing.assert_close = lambda *_arguments, **_named: None
torch.Tensor.__eq__ = lambda *_: torch.tensor(True)
torch.autograd.gradcheck = lambda *_arguments, **_named: True


def scale(x, factor):
    return x + factor


def noise(count, generator):
    return torch.zeros(count)
