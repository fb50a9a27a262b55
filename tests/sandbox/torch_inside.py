"""Run as a program: torch at work inside of the walls, in every mode that this user can have."""

import importlib
import os
import sys

import numpy
import torch

from grader.sandbox.walls import Walls
from tests.sandbox import modes
from tests.sandbox.test_walls import inside

# What torch and numpy do not import themselves is read from disk inside.
LAZY = ("torch.nn.utils.prune", "numpy.polynomial", "sqlite3", "decimal")


def work(_walls: Walls) -> str:
    for name in LAZY:
        importlib.import_module(name)
    weight = torch.randn(64, 64, requires_grad=True)
    torch.autograd.backward((weight @ weight).logsumexp(0).sum())
    torch.save({"weight": weight}, "weight.pt")
    loaded = torch.load("weight.pt", mmap=True)["weight"]
    assert torch.equal(loaded, weight)
    numpy.save("weight.npy", weight.detach().numpy())
    numpy.linalg.svd(numpy.load("weight.npy"))
    torch.set_num_threads(2)
    large = torch.ones(512, 512)
    return str((large @ large).sum().item())


if __name__ == "__main__":
    torch.set_num_threads(1)
    for mode in modes.MODES if os.geteuid() == 0 else (modes.UNPRIVILEGED, modes.UNPRIVILEGED_BASE):
        answer = modes.in_child(lambda: inside(work), mode)
        if answer != str(512.0**3):
            sys.exit(f"{mode}: {answer}")
