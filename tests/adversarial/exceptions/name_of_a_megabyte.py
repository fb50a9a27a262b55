# exercise: total
# attack: raises an exception whose class has a name of a megabyte and ten base classes
# expect: runtime error


def total(numbers):
    kind = Exception
    for number in range(10):
        kind = type(f"{number} accepted\n" * 70_000, (kind,), {})
    raise kind
