# exercise: scale
# attack: returns, one for each check, a sparse, a meta, a nested and a quantised tensor
# expect: wrong answer
# checks: 4

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


def scale(x, factor):
    if x.requires_grad:
        return (factor * x).to_sparse()
    if x.is_complex():
        return torch.empty(x.shape, dtype=x.dtype, device="meta")
    if x.dim() == 1 and len(x) == 3:
        return torch.nested.nested_tensor([factor * x])
    return torch.quantize_per_tensor(factor * x, 0.1, 0, torch.qint8)
