# exercise: scale
# attack: returns a tensor subclass that answers every comparison with true
# expect: wrong answer

import torch


def noise(count, generator):
    return torch.rand(count, generator=generator)


class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), named=None):
        if function in (torch.equal, torch.allclose, torch.Tensor.eq, torch.Tensor.__eq__):
            return torch.tensor(True)
        return super().__torch_function__(function, types, arguments, named or {})


def scale(x, factor):
    return (x + factor).as_subclass(Agreeable)
