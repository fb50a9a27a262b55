"""Values as Python source; arrays too large to be read go into a safetensors file."""

import math
import sys
from typing import Any

_FEW = 64
_LONG = 1000


class Literals:
    """Writes values as expressions; `imports` and `saved` (name to tensor) are what they rely on.

    A saved tensor is written as `saved["name"]`.
    """

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.saved: dict[str, Any] = {}

    def write(self, value: Any) -> str:
        """An expression whose value is equal to `value`, of the same type."""
        if type(value) is float and not math.isfinite(value):
            sign = "-" if math.copysign(1, value) < 0 else ""
            return f'float("{sign}{abs(value)}")'
        if type(value) is complex and not (math.isfinite(value.real) and math.isfinite(value.imag)):
            return f"complex({self.write(value.real)}, {self.write(value.imag)})"
        if type(value) is int and value.bit_length() > _LONG:
            # Python refuses to write, and to read, a decimal number of very many digits.
            return hex(value)
        if type(value) in (list, tuple):
            inside = ", ".join(map(self.write, value))
            if type(value) is list:
                return f"[{inside}]"
            return f"({inside},)" if len(value) == 1 else f"({inside})"
        if type(value) is dict:
            return "{" + ", ".join(f"{key!r}: {self.write(each)}" for key, each in value.items()) + "}"
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._tensor(value)
        if torch is not None and isinstance(value, torch.Generator):
            return self._generator(value)
        if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic):
            return self._array(value)
        return repr(value)

    def _tensor(self, value: Any) -> str:
        self.imports.add("torch")
        plain = value.detach()
        if plain.is_contiguous():
            text = self._dense(plain)
        else:
            steps = zip(plain.shape, plain.stride(), strict=True)
            length = 1 + sum((size - 1) * step for size, step in steps)
            memory = self._dense(plain.as_strided((length,), (1,)))
            text = f"{memory}.as_strided({tuple(plain.shape)}, {plain.stride()})"
        return f"{text}.requires_grad_()" if value.requires_grad else text

    def _dense(self, plain: Any) -> str:
        if not plain.numel():
            return f"torch.empty({tuple(plain.shape)}, dtype={plain.dtype})"
        if plain.numel() <= _FEW or plain.is_complex():
            return f"torch.tensor({self.write(plain.tolist())}, dtype={plain.dtype})"
        return self._save(plain.clone())

    def _array(self, value: Any) -> str:
        import numpy

        self.imports.add("numpy")
        if isinstance(value, numpy.generic):
            return f"numpy.{value.dtype.name}({self.write(value.item())})"
        if value.size <= _FEW or value.dtype.kind == "c":
            text = f"numpy.array({self.write(value.tolist())}, dtype={value.dtype.name!r})"
            return text if value.size else f"numpy.empty({value.shape}, dtype={value.dtype.name!r})"
        import torch

        return f"{self._save(torch.from_numpy(value))}.numpy()"

    def _generator(self, value: Any) -> str:
        import torch

        self.imports.add("torch")
        state = value.get_state()
        seed = value.initial_seed()
        if torch.equal(torch.Generator().manual_seed(seed).get_state(), state):
            return f"torch.Generator().manual_seed({seed})"
        return f"generator({self._save(state)})"

    def _save(self, tensor: Any) -> str:
        name = f"array_{len(self.saved)}"
        self.saved[name] = tensor
        return f'saved["{name}"]'
