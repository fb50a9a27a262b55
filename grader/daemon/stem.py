"""`python -P -m grader.daemon.stem CONTROL FOLDER MODULES...`: what all warm processes are forked from.

Imports are shared by all forks: torch takes its memory once, though judges, workers and larger stems have it.
"""

import socket
import sys
import tempfile

from grader.daemon.forking import Child, ForkServer, Request, run
from grader.sandbox import limits
from grader.sandbox.zygote import Zygote, preload, survey_walls


class Stem(ForkServer):
    """A clean process with `modules` imported; what it never learns, no submission can find in its memory.

    It forks for a request "zygote" the zygote of one check, for "judges" the parent of judges, and for "stem"
    another stem; the latter two import the modules that the request names besides.
    """

    def __init__(
        self, control: socket.socket, root: str, readable: tuple[str, ...], modules: list[str]
    ) -> None:
        super().__init__(control)
        self._root = root
        self._readable = readable
        # A fork does not inherit this.
        limits.become_subreaper(limits.load_libc())
        preload(modules)

    def prepare(self, request: Request) -> Child:
        """A folder for the workers of one check."""
        is_zygote = request.words[0] == "zygote"
        return Child(folder=tempfile.mkdtemp(prefix="grader-", dir=self._root) if is_zygote else "")

    def work(self, request: Request, child: Child) -> ForkServer | None:
        """Become what is wanted."""
        connection = socket.socket(fileno=request.descriptors[0])
        wanted, *modules = request.words
        if wanted == "stem":
            return Stem(connection, self._root, self._readable, modules)
        if wanted == "judges":
            # Not imported before: a stem has nothing of a judge.
            from grader.daemon.judges import Judges

            return Judges(connection, self._root, modules)
        Zygote(connection, child.folder, self._readable).serve()
        return None


if __name__ == "__main__":
    # What is forked inherits it.
    limits.close_to_tracers(limits.load_libc())
    # Before the imports: it costs a fork, which is cheap as long as little is loaded.
    found = survey_walls()
    run(Stem(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], found, sys.argv[3:]))
