# exercise: total
# attack: writes one file of 160 MiB; right only if it can
# expect: wrong answer or runtime error
# why: the system call fails, or a signal ends the process


def total(numbers):
    with open("large", "wb") as file:
        for _ in range(160):
            file.write(bytes(1 << 20))
    return sum(numbers)
