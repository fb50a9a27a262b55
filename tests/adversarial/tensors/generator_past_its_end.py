# exercise: scale
# attack: leaves a generator whose next number lies behind its memory: the judge would read its own heap
# expect: rejected

import struct

import torch


def scale(x, factor):
    return factor * x


def noise(count, generator):
    result = torch.rand(count, generator=generator)
    state = bytearray(generator.get_state().numpy())
    left, seeded, following = 624, 1, 624
    struct.pack_into("=iiQ", state, 8, left, seeded, following)
    generator.set_state(torch.frombuffer(state, dtype=torch.uint8))
    return result
