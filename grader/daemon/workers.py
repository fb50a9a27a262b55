"""`python -P -m grader.daemon.workers CONTROL FOLDER MODULES...`: forks a zygote for each check."""

import socket
import sys
import tempfile

from grader.daemon.forking import Child, ForkServer
from grader.sandbox import limits
from grader.sandbox.zygote import Zygote, preload, survey_walls


class Zygotes(ForkServer):
    """The clean parent of the zygotes; what it never learns, no submission can find in its memory."""

    def __init__(self, control: socket.socket, root: str) -> None:
        super().__init__(control)
        self._root = root
        self._readable = survey_walls()

    def prepare(self, descriptors: list[int]) -> Child:  # noqa: ARG002
        """A folder for the workers of one check."""
        return Child(tempfile.mkdtemp(prefix="grader-", dir=self._root), None)

    def work(self, descriptors: list[int], child: Child) -> None:
        """Serve one judge."""
        connection = socket.socket(fileno=descriptors[0])
        Zygote(connection, child.folder or "", self._readable).serve()


if __name__ == "__main__":
    limits.become_subreaper(limits.load_libc())
    server = Zygotes(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
    preload(sys.argv[3:])
    server.serve()
