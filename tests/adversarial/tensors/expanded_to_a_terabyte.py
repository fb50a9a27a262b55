# exercise: scale
# attack: returns one number expanded to 2**40, which costs nothing until somebody copies it
# expect: memory limit or wrong answer
# why: either the copy is refused or the size

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


def scale(x, factor):
    return torch.zeros(1, dtype=x.dtype).expand(1 << 40)
