#!/usr/bin/env python3
"""A page of HTML from concbench results; report.py --help is the manual, concbench_tools/ the code."""

import sys

sys.dont_write_bytecode = True  # leaves the folder as it is, also when root runs it

from concbench_tools.report import run  # noqa: E402

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
