"""The AWS CLI, loaded once: each command is a fork of this process. Alone, a command needs 0.9 s of CPU to load.

The one argument is a folder, in which a command is a folder with its `arguments`: where to run, and the words, each with a NUL.
Its path is a line in the pipe `calls`. The answer is in `out` and `err`, and the exit code in the pipe `code`.
"""

import os
import select
import signal
import sys
import time
import types

from awscli.clidriver import create_clidriver
from botocore import waiter

# "aws lambda wait" asks every 1 to 5 seconds. In the local AWS, a function is ready after half a second.
LONGEST_WAIT_SECONDS = 0.25
waiter.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, LONGEST_WAIT_SECONDS)))


def answer(driver, call):
    with open(os.path.join(call, "arguments"), encoding="utf8") as file:
        folder, *words = file.read().split("\0")[:-1]
    os.chdir(folder)
    for name, descriptor in (("out", 1), ("err", 2)):
        os.dup2(os.open(os.path.join(call, name), os.O_WRONLY | os.O_CREAT), descriptor)
    try:
        code = driver.main(words)
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    with open(os.path.join(call, "code"), "w") as pipe:
        print(code, file=pipe)


def serve(folder):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    driver = create_clidriver()
    # The commands of Lambda are loaded here, not in each fork.
    driver.create_help_command().command_table["lambda"].create_help_command().command_table
    calls = os.open(os.path.join(folder, "calls"), os.O_RDWR)
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([calls, sys.stdin], [], [])
        if sys.stdin in readable:
            # The parent has ended.
            return
        for line in os.read(calls, 65_536).decode().splitlines():
            if os.fork() == 0:
                answer(driver, line)
                os._exit(0)


serve(sys.argv[1])
