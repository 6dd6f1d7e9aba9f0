"""`python -m localcloud`: demo, up, sam-local, down, shell, start, watch, events, claims."""

import argparse
import math
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from localcloud.people.printable import printable_lines


def main(arguments: Sequence[str]) -> int:
    """Runs one command; answers the exit code."""
    parser = argparse.ArgumentParser(prog="localcloud", description="The embedded AWS of RDS Sign-on")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in (
        ("demo", "show a new database being onboarded"),
        ("up", "start a cloud in the background"),
        ("sam-local", "start a cloud in the background that the SAM CLI's containers can reach"),
        ("serve", "run a cloud in the foreground (what `up` starts)"),
    ):
        command = commands.add_parser(name, help=purpose)
        command.add_argument(
            "--speed", type=_speed, default=500, help="simulated seconds per real second (default 500)"
        )
        if name == "serve":
            command.add_argument("--sam", default="NOT_USED", help="how the SAM CLI uses the cloud")
        if name == "demo":
            command.add_argument(
                "--engine",
                default="mysql",
                help="mysql (default), aurora-mysql, postgres, aurora-postgresql, mariadb, or all",
            )
            command.add_argument("--method", default="", help="kerberos or iam (default: the engine's first)")
            command.add_argument(
                "--lambda",
                dest="functions",
                choices=("process", "sam"),
                default="process",
                help="where the functions run",
            )
            command.add_argument(
                "--faults", default="", help="what goes wrong, separated by commas; `list` prints all faults"
            )
    commands.add_parser("down", help="stop what `up` started")
    shell = commands.add_parser("shell", help="open a shell, or run one command, that uses the cloud")
    shell.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the command to run instead of a shell"
    )
    start = commands.add_parser("start", help="start an execution from a file and watch it")
    start.add_argument("event", type=Path, help="the file with the input, or with an event to put on the bus")
    watch = commands.add_parser("watch", help="follow the execution that works on a database")
    watch.add_argument("name", nargs="?", default="", help="the name of the instance or cluster (default: any)")
    events = commands.add_parser("events", help="record the events that functions are called with")
    events.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("events/functions"),
        help="where to write them (default %(default)s)",
    )
    commands.add_parser("claims", help="let the sample events hold the claims on their databases")
    asked = parser.parse_args(arguments)
    # what is interrupted or ended from outside cleans up as after an error
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    try:
        return _run(asked)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has gone
        return 1
    except (RuntimeError, OSError) as error:
        print(printable_lines(str(error)), file=sys.stderr)
        return 1


def _speed(said: str) -> float:
    """Raises ValueError, which argparse tells."""
    speed = float(said)
    if not 0 < speed < math.inf:
        raise ValueError(said)
    return speed


_speed.__name__ = "speed"  # as argparse calls it where it is invalid


def _interrupt(*_: object) -> None:
    """Says at once that Ctrl-C was received: real servers take seconds to stop. A second one does not wait."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print("\nInterrupted: stopping the servers, which takes a few seconds.", file=sys.stderr, flush=True)
    raise KeyboardInterrupt


def _run(asked: argparse.Namespace) -> int:
    # each command imports what it needs: moto takes a second
    if asked.command == "demo":
        from localcloud.cloud import Sam
        from localcloud.demo import story

        signal.signal(signal.SIGINT, _interrupt)
        sam = Sam.RUNS_FUNCTIONS if asked.functions == "sam" else Sam.NOT_USED
        story.run(asked.engine, asked.method, asked.faults, asked.speed, sam)
    elif asked.command == "up":
        from localcloud.people import background, lines

        background.up(asked.speed, lines.say)
    elif asked.command == "sam-local":
        from localcloud.people import sam_session

        sam_session.begin(asked.speed)
    elif asked.command == "serve":
        from localcloud.cloud import Sam
        from localcloud.examples import example_data
        from localcloud.people import background

        sam = Sam[asked.sam]
        prepare = example_data.prepare if sam is Sam.NOT_USED else example_data.prepare_without_sweep
        background.serve(asked.speed, prepare, sam)
    elif asked.command == "down":
        from localcloud.people import background

        background.down()
    elif asked.command == "shell":
        from localcloud.people.shell import shell

        return shell(asked.words[1:] if asked.words[:1] == ["--"] else asked.words)
    elif asked.command == "watch":
        from localcloud.people.watch import watch

        return 0 if watch(asked.name) else 1
    elif asked.command == "events":
        from localcloud.cloud import Cloud
        from localcloud.examples import example_data
        from localcloud.people import function_events

        with Cloud() as cloud:
            example_data.prepare(cloud)
            function_events.write(function_events.record(cloud), asked.folder)
    elif asked.command == "claims":
        from localcloud.people import function_events

        function_events.hold_claims()
    else:
        from localcloud.people.start import start

        return 0 if start(asked.event) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
