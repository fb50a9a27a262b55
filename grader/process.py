"""How the processes of the grader are started."""

import os

_INHERITED = ("PATH", "HOME", "TMPDIR", "PYTHONUSERBASE", "LD_LIBRARY_PATH")
_FIXED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    # Freed memory is kept for the next tensor: to map a fresh page, and clear it, costs several times the
    # copy that fills it. More than 32 MiB is refused on 64 bits (mallopt(3)).
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "LANG": "C.UTF-8",
    # torch's library writes about names that it cannot look up; to a learner it would look like output.
    "TORCH_CPP_LOG_LEVEL": "ERROR",
}


def clean_environment() -> dict[str, str]:
    """A minimal environment: what Python needs to find itself and our packages, and one thread everywhere."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # A relative entry would put the learner's folder on the path of trusted code.
    entries = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each.startswith("/")]
    if entries:
        inherited["PYTHONPATH"] = os.pathsep.join(entries)
    return inherited | _FIXED
