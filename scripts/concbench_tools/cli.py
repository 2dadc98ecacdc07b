"""What the scripts' command lines have in common: errors of one sentence, exit statuses, options given once."""

import argparse
import errno
import os
import sys
from typing import Callable, List, Sequence

from .result import InputError
from .text import printable, shorten

EXIT_USAGE = 2  # usage, unreadable input, or a program that is missing
EXIT_SAVE = 7  # the output could not be written
EXIT_SIGINT = 128 + 2
EXIT_SIGPIPE = 128 + 13


class UsageError(Exception):
    """A command line that cannot be obeyed."""


class SaveError(Exception):
    """An output that could not be written; the text says where and why."""


class Parser(argparse.ArgumentParser):
    """Errors as one sentence instead of usage and error."""

    def print_help(self, file=None) -> None:
        """Flushed here, where a closed pipe is handled, rather than when Python exits."""
        sys.stdout.write(self.format_help())
        sys.stdout.flush()

    def error(self, message: str) -> None:
        raise UsageError("%s; see %s --help" % (message, self.prog))


class Once(argparse.Action):
    """An option that may be given once."""

    def __call__(self, parser, namespace, values, option_string=None):
        given = namespace.__dict__.setdefault("given", set())
        if self.dest in given:
            parser.error("%s is given twice" % option_string)
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def name_list(text: str) -> List[str]:
    """A list of different names."""
    names = text.split(",")
    if "" in names:
        raise argparse.ArgumentTypeError("empty name in the list")
    for name in names:
        if names.count(name) > 1:
            raise argparse.ArgumentTypeError("%s stands twice in the list" % shorten(name))
    return names


def complain(program: str, text: str) -> None:
    """One line on standard error."""
    if sys.stderr is not None:
        print("%s: %s" % (program, printable(text)), file=sys.stderr)


def put(text: str) -> None:
    """Writes to standard output, in whatever encoding it has."""
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(text)
    sys.stdout.flush()


def abandon_output() -> None:
    """Keeps Python from flushing once more, and failing loudly, when it exits (its manual's advice)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(program: str, main: Callable[[Sequence[str]], None], words: Sequence[str]) -> int:
    """Runs a script's main; returns the exit status."""
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        main(words)
    except (UsageError, InputError) as error:
        complain(program, str(error))
        return EXIT_USAGE
    except SaveError as error:
        complain(program, str(error))
        return EXIT_SAVE
    except BrokenPipeError:
        abandon_output()
        return EXIT_SIGPIPE
    except OSError as error:
        complain(program, "standard output: %s" % (error.strerror or error))
        if sys.stdout is not None:
            abandon_output()
        return EXIT_SAVE
    except KeyboardInterrupt:
        return EXIT_SIGINT
    return 0
