import torch


def scale(x, factor):
    return factor * x


def noise(count, generator):
    return torch.rand(count, generator=generator)
