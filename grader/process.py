"""How the processes of the grader are started."""

import os

_INHERITED = ("PATH", "HOME", "TMPDIR", "PYTHONUSERBASE", "LD_LIBRARY_PATH")
_FIXED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    # Fixed from the start: glibc otherwise raises it with use, and peak memory stops following allocations.
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "LANG": "C.UTF-8",
}


def clean_environment() -> dict[str, str]:
    """A minimal environment: what Python needs to find itself and our packages, and one thread everywhere."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # A relative entry would put the learner's folder on the path of trusted code.
    entries = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each.startswith("/")]
    if entries:
        inherited["PYTHONPATH"] = os.pathsep.join(entries)
    return inherited | _FIXED
