# exercise: total
# attack: replaces every module that is imported after it by one that agrees to everything
# expect: wrong answer or runtime error
# why: the worker itself may import something

import sys
from types import ModuleType


class Agreeable(ModuleType):
    def __getattr__(self, name):
        return lambda *_arguments, **_named: True


class Finder:
    def find_spec(self, name, path=None, target=None):
        sys.modules[name] = Agreeable(name)
        return None


sys.meta_path.insert(0, Finder())
for name in [name for name in sys.modules if name.startswith("grader.")]:
    sys.modules[name] = Agreeable(name)


def total(numbers):
    return -1
