"""How the C library's allocator treats freed memory."""

import ctypes

# From malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST_REUSED = 32 << 20  # more is refused on 64 bits (mallopt(3))
_KEPT = 1 << 30


def reuse_memory(libc: ctypes.CDLL | None) -> None:
    """Keep freed memory in this process and its forks instead of giving it back after each tensor.

    Mapping a fresh page, and clearing it, costs several times the copy that fills it.
    """
    if libc is not None and hasattr(libc, "mallopt"):
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST_REUSED)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT)
