# exercise: total
# attack: leaves a file in its folder and the folder above; right only if a later check finds it
# expect: wrong answer
# needs: walls

from pathlib import Path

FILES = [Path("answers"), Path("../answers"), Path.home() / "answers"]
FOUND = any(file.exists() for file in FILES)
for file in FILES:
    try:
        file.touch()
    except OSError:
        continue


def total(numbers):
    return sum(numbers) if FOUND else -1
