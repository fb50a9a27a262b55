def scale(x, factor):
    raise NotImplementedError


def noise(count, generator):
    raise NotImplementedError
