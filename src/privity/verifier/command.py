"""Arguments → reports on the screen, and an exit code: 0 everything holds, 1 something does not, 2 bad usage or input."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from privity.verifier import account, export, proof, tenure
from privity.verifier.export import Held
from privity.verifier.finding import Report
from privity.verifier.note import LEDGER, WITNESS, Checkpoint, Key, MalformedError, Trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOLDS, WRONG, USAGE = 0, 1, 2
KEYS = "keys.jsonl"  # of an export
_ABOUT = """Check what a Privity ledger handed out. PATH: a folder with an export or with a person's account, a .tlog-proof (its .entry
lies beside it, and perhaps a package), a proof of growth, or a checkpoint. Exit: 0 everything holds, 1 something does not, 2 bad usage or
input."""
_EXAMPLE = """Example: python -m privity.verifier export --vkey "$(cat ledger.vkey)" --held 2025-08-07.note"""


class InputError(Exception):
    """An argument or a file that cannot be used."""


def run(arguments: Sequence[str]) -> int:
    """Check what the arguments name; print it; return the exit code."""
    try:
        said = _parser().parse_args(arguments)
        trust = Trust(_followed(_keys(said.vkey, LEDGER), said), _keys(said.witness, WITNESS), said.quorum)
        held = [_held(Path(name), trust) for name in said.held]
        reports = [_check(Path(name), trust, held, said.opening) for name in said.path]
    except InputError as error:
        print(f"verifier: {error}", file=sys.stderr)  # noqa: T201
        return USAGE
    except SystemExit as leave:  # argparse's own
        return leave.code if isinstance(leave.code, int) else USAGE
    verified = all(not each.findings for each in reports)
    if said.json:
        print(json.dumps({"verified": verified, "reports": [each.said() for each in reports]}, sort_keys=True))  # noqa: T201
    else:
        print("\n".join(line for each in reports for line in _lines(each)))  # noqa: T201
    return HOLDS if verified else WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="privity.verifier", description=_ABOUT, epilog=_EXAMPLE)
    parser.add_argument("path", nargs="+", metavar="PATH")
    parser.add_argument(
        "--vkey", action="append", required=True, help="The ledger's key; from elsewhere, never from the export. May be repeated."
    )
    parser.add_argument("--keys", metavar="FILE", help="The ledger's list of keys, if its key changed; an export has it.")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="The key of a witness. May be repeated.")
    parser.add_argument("--quorum", type=int, default=0, metavar="N", help="How many of these witnesses must have signed.")
    parser.add_argument(
        "--held", action="append", default=[], metavar="CHECKPOINT", help="A checkpoint kept elsewhere, or an earlier export."
    )
    parser.add_argument("--opening", metavar="FILE", help="The opening of the proof's entry.")
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    return parser


def _keys(words: Sequence[str], kind: int) -> tuple[Key, ...]:
    try:
        keys = tuple(map(Key.parse, words))
    except MalformedError as error:
        raise InputError(f"a key cannot be read: {error}") from None
    if any(key.kind != kind for key in keys):
        raise InputError("--vkey takes a ledger's key and --witness a witness's; the two were exchanged")
    return keys


def _followed(keys: tuple[Key, ...], said: argparse.Namespace) -> tuple[Key, ...]:
    """The keys, and those that followed each: by the list that was named, or by the one in an export."""
    lists = [Path(said.keys)] if said.keys else [path for name in said.path if (path := Path(name) / KEYS).is_file()]
    try:
        return tuple(each for key in keys for each in (tenure.follow(key, _bytes(lists[0])) if lists else (key,)))
    except MalformedError as error:
        raise InputError(f"`{lists[0]}`: {error}") from None


# ---------------------------------------------------------------- files


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {error.strerror}") from None


def _reader(root: Path) -> export.Read:
    def read(name: str) -> bytes | None:
        path = root / name
        return _bytes(path) if path.is_file() else None

    return read


def _names(root: Path) -> Iterator[str]:
    yield from (path.relative_to(root).as_posix() for path in (root / "tile").rglob("*") if path.is_file())


def _held(path: Path, trust: Trust) -> Held:
    """A checkpoint kept elsewhere. One that cannot be read or is not signed shows nothing, so it stops the check."""
    whole = path.is_dir()
    raw = _bytes(path / "checkpoint" if whole else path)
    try:
        found = Checkpoint.parse(raw)
    except MalformedError as error:
        raise InputError(f"the held checkpoint `{path}`: {error}") from None
    for problem in found.problems(trust):
        raise InputError(f"the held checkpoint `{path}`: {problem}")
    return Held(path.name, found, _reader(path) if whole else None)


def _check(path: Path, trust: Trust, held: Sequence[Held], opening: str | None) -> Report:
    """Tell what a path is, and check it."""
    if (path / "account.json").is_file():
        return _account(path, trust, held)
    if path.is_dir():
        return export.check(_reader(path), _names(path), trust, held, str(path))
    raw = _bytes(path)
    if raw.startswith(proof.PROOF) or path.suffix == ".tlog-proof":
        return _proof(path, raw, trust, opening)
    if raw.startswith(proof.GROWTH):
        if len(held) != 1:
            raise InputError("a proof of growth is checked against one --held checkpoint")
        return proof.check_growth(raw, held[0].checkpoint, trust, path.name)
    return proof.check_checkpoint(raw, trust, path.name)


def _account(path: Path, trust: Trust, held: Sequence[Held]) -> Report:
    """A person's account. Its checkpoint is made with it, so no witness has seen it yet: ask for a proof of growth later."""
    found = account.check(path, trust.keys, held=[one.checkpoint for one in held])
    report = Report("account", str(path), found.origin, found.covers, held=len(held))
    report.lines = [] if found.problems else [*found.lines, found.says]
    for problem in found.problems:
        report.find(path.name, problem)
    return report


def _proof(path: Path, raw: bytes, trust: Trust, opening: str | None) -> Report:
    one = _bytes(path.with_suffix(".entry"))
    report = proof.check_proof(raw, one, trust, path.name)
    sealed = [other for other in sorted(path.parent.glob(f"{path.stem}.*")) if other.suffix not in (".entry", ".tlog-proof", ".opening")]
    if len(sealed) == 1:
        report.what, report.digest = "package", sha256(_bytes(sealed[0])).hexdigest()
    if opening is not None:
        proof.check_opening(_bytes(Path(opening)), one, report.digest, report, Path(opening).name)
    return report


# ---------------------------------------------------------------- screen


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.what} {report.file}: " + (f"{len(report.findings)} things are wrong" if report.findings else "holds")
    if report.origin:
        yield f"  ledger {report.origin}, {report.size:,} entries" + (f", root {report.root}" if report.root else "")
    if report.index is not None:
        yield f"  entry {report.index}" + (f" ({', '.join(report.kinds)})" if report.kinds else "")
    elif report.kinds:
        yield "  " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.kinds.items()))
    if report.days:
        yield f"  days {report.days[0]} to {report.days[1]}"
    for name, time in report.witnesses:
        yield f"  witnessed by {name} at {_when(time)}"
    if report.held:
        yield f"  {report.held} held checkpoints compared"
    if report.beyond:
        yield f"  {report.beyond} files lie beyond this checkpoint and were not judged"
    if report.digest:
        yield f"  SHA-256 of the package {report.digest}"
    yield from (f"  {line}" for line in report.lines)
    yield from (f"  WRONG {finding}" for finding in report.findings)


def _when(time: int) -> str:
    """A witness's time; it may state any."""
    try:
        return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"second {time}"
