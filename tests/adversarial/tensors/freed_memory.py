# exercise: scale
# attack: returns a tensor whose memory it has given back, to be read by whoever copies it
# expect: runtime error or wrong answer
# why: reading it crashes the worker or is noticed first

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


def scale(x, factor):
    result = factor * x
    result.untyped_storage().resize_(0)
    return result
