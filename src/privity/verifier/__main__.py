"""``python -m privity.verifier``: the program, alone."""

from __future__ import annotations

import sys

try:
    from privity.verifier.command import run
except ModuleNotFoundError as error:  # the one file may lie where nothing else is installed
    if (error.name or "").partition(".")[0] != "cryptography":
        raise
    sys.stderr.write("verifier: needs the Python package `cryptography`: python3 -m pip install cryptography\n")
    sys.exit(2)


def main() -> None:
    """Entry point."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
