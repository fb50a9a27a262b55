# exercise: total
# attack: leaves a file in the machine's temporary folders; right only if a later check finds it
# expect: wrong answer
# needs: walls

from pathlib import Path

FILES = [
    Path(f"{folder}/adversarial-probe-{Path.cwd().parent.name}")
    for folder in ("/tmp", "/var/tmp", "/dev/shm")
]
FOUND = any(file.exists() for file in FILES)
for file in FILES:
    try:
        file.touch()
    except OSError:
        continue


def total(numbers):
    return sum(numbers) if FOUND else -1
