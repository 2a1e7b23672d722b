"""``python -m privity`` and the ``privity`` program: run a command, print an error with its remedy, exit 0, 1 or 2."""

from __future__ import annotations

import sys

from privity.cli.app import run


def main() -> None:
    """Entry point."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
