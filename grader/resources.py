"""Where the content, the exercises and the solutions lie: in a checkout or beside an installed package."""

import os
import sys
from pathlib import Path


def data_folder(name: str) -> Path:
    """The folder "content", "exercises" or "solutions".

    In a checkout it is next to the package; an installed wheel has it under `share/studyapp` of the
    environment, of the user's base, or of the target of `pip install --target`. Raises FileNotFoundError.
    """
    package = Path(__file__).parent
    if (package.parent / "pyproject.toml").is_file():
        return package.parent / name
    places = [Path(sys.prefix), *_user_base(), package.parent]
    for place in places:
        folder = place / "share" / "studyapp" / name
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"The {name} folder is missing: looked under share/studyapp in {', '.join(map(str, places))}. "
        "The installation is incomplete; install the package again."
    )


def _user_base() -> list[Path]:
    site = sys.modules.get("site")
    base = getattr(site, "USER_BASE", None) or os.environ.get("PYTHONUSERBASE")
    return [Path(base)] if base else []
