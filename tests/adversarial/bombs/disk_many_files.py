# exercise: total
# attack: writes 160 MiB in files of 32 MiB; whatever it could write must be gone afterwards
# expect: wrong answer or runtime error
# why: without a file system of its own only each file is bounded


def total(numbers):
    for number in range(5):
        with open(f"large-{number}", "wb") as file:
            for _ in range(32):
                file.write(bytes(1 << 20))
    return -1
