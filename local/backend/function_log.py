"""
What a function has written is in its log when it has answered, at once: a function writes to a pipe before it answers.

MiniStack waits for more: 50 ms if a function writes nothing, 5 ms after the last line, and it asks each millisecond. Each
connection of a client and each batch of a stream would wait as long. Here it waits only if a pipe could not take at once
what the function wrote: Node.js then writes the rest later.
"""

import array
import fcntl
import os
import select
import termios
import threading

from ministack.core.lambda_runtime import Worker

PIPE_BYTES = 65_536

making = threading.Lock()


class Log:
    """The log of one process of a function: the pipe that it writes to, and the lines that nobody has taken."""

    def __init__(self, worker):
        # A process that has ended is forgotten by its worker: its pipe must stay open until it is read.
        self.stream = worker._proc.stderr
        self.lines = worker._stderr_queue
        self.rest = b""
        # Since the last invocation.
        self.size = 0
        self.lock = threading.Lock()

    def move(self):
        """Moves what is in the pipe to the lines. Gives whether anything was there."""
        with self.lock:
            pipe = self.stream.fileno()
            size = array.array("i", [0])
            fcntl.ioctl(pipe, termios.FIONREAD, size)
            if size[0] > 0:
                self.size += size[0]
                *lines, self.rest = (self.rest + os.read(pipe, size[0])).split(b"\n")
                for line in lines:
                    self.lines.put(line.decode("utf-8", "replace"))
            return size[0] > 0

    def end(self):
        """Moves the rest of a process that has ended."""
        self.move()
        with self.lock:
            if self.rest:
                self.lines.put(self.rest.decode("utf-8", "replace"))
                self.rest = b""

    def follow(self):
        """Moves everything until the process ends: a full pipe would stop the function."""
        readable = select.poll()
        readable.register(self.stream, select.POLLIN)
        while True:
            [(_, state)] = readable.poll()
            # Also an invocation moves lines, so an empty pipe alone is no end.
            if not self.move() and state & select.POLLHUP:
                self.end()
                return


def log_of(worker):
    with making:
        known = getattr(worker, "sumu_log", None)
        if worker._proc is not None and (known is None or known.stream is not worker._proc.stderr):
            known = worker.sumu_log = Log(worker)
        return known


def install():
    wait_for_lines = Worker._drain_stderr_bounded

    def drained(worker, *args, **waits):
        if type(worker) is not Worker:
            return wait_for_lines(worker, *args, **waits)
        log = log_of(worker)
        if worker._proc is None:
            log.end()
        else:
            log.move()
        size, log.size = log.size, 0
        if size >= PIPE_BYTES:
            return wait_for_lines(worker, *args, **waits)
        return worker._drain_stderr()

    Worker._read_stderr = lambda worker: log_of(worker).follow()
    Worker._drain_stderr_bounded = drained
