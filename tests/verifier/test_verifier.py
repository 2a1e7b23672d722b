"""Does the verifier, alone, refuse everything that is not as it was signed, and say what and where?"""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from privity.ledger import log, tlog, tlog_proof
from privity.office.export import export
from privity.office.place import Office
from privity.verifier import entry, tree
from privity.verifier import note as notes
from privity.verifier.alone import one_file
from privity.verifier.note import Checkpoint, Key, MalformedError
from verifier.outside import Witness, grow, note, office, verified

VECTORS = Path(__file__).parents[1] / "vectors"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Office:
    return office(tmp_path_factory.mktemp("made") / "office", 600)


@pytest.fixture
def out(made: Office, tmp_path: Path) -> Path:
    export(made, tmp_path / "public")
    return tmp_path / "public"


def findings(made: Office, capsys, *arguments: object) -> list[tuple[str, int | None, int]]:
    capsys.readouterr()
    code = verified(made, *arguments, "--json")
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert code == (1 if report["findings"] else 0)
    return [(one["file"], one["first"], one["count"]) for one in report["findings"]]


def change(path: Path, place: int, raw: bytes = b"?") -> None:
    content = bytearray(path.read_bytes())
    content[place : place + len(raw)] = raw
    path.write_bytes(content)


# ---------------------------------------------------------------- its own arithmetic against the published vectors


def test_roots_and_proofs_are_those_of_the_reference_implementation() -> None:
    said = json.loads((VECTORS / "rfc6962.json").read_text())
    leaves = [tree.leaf(bytes.fromhex(one)) for one in said["leaves"]]
    assert tree.root([]).hex() == said["empty"]
    assert [tree.root(leaves[: n + 1]).hex() for n in range(len(leaves))] == said["roots"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 255, 256, 257])
def test_it_accepts_every_proof_of_the_writer_and_none_with_another_number_or_hash(size: int) -> None:
    leaves = [tree.leaf(b"%d" % i) for i in range(size)]
    root = tree.root(leaves)

    def source(level: int, first: int, count: int) -> list[bytes]:
        row = leaves if level == 0 else [tlog.root(leaves[i * 256 : i * 256 + 256]) for i in range(size // 256)]
        return row[first : first + count]

    for index in range(0, size, max(1, size // 9)):
        proof = tlog.prove_inclusion(source, index, size)
        assert tree.included(leaves[index], index, size, proof, root)
        assert not any(tree.included(leaves[index], other, size, proof, root) for other in (index - 1, index + 1, size))
        assert not tree.included(leaves[index], index, size, [*proof, root], root)
        assert not (proof and tree.included(leaves[index], index, size, proof[1:], root))
    for old in range(0, size + 1, max(1, size // 9)):
        proof, older = tlog.prove_consistency(source, old, size), tree.root(leaves[:old])
        assert tree.grown(old, size, older, root, proof)
        assert not tree.grown(old, size, older, root, [*proof, root])
        assert not tree.grown(old, size, tree.leaf(b"other"), root, proof)
        assert not (proof and tree.grown(old, size, older, root, proof[:-1]))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 70_000, 256 * 256 * 256 + 5])
def test_it_names_tiles_as_the_writer_does(size: int) -> None:
    if size < 100_000:
        mine = {tile.path for level in range(-1, tree.LEVELS) for tile in tree.tiles(size, level)}
        assert mine == {tile.path for tile in tlog.tiles(size)}
    for index in (0, 1, 999, 1000, 1_234_067):
        tile = tree.Tile(-1, index, 112)
        assert tile.path == tlog.Tile(-1, index, 112).path
        assert tree.Tile.parse(tile.path) == tile
    assert [tree.Tile.parse(path) for path in ("tile/0/1", "tile/0/x000/001", "tile/8/000", "tile/0/000.p/256", "tile/0/000.p/0")] == [
        None
    ] * 5


def test_a_note_that_was_published_elsewhere_and_ours_are_read_alike() -> None:
    said = json.loads((VECTORS / "note.json").read_text())
    key = Key.parse(said["vkey"])
    line = notes._line(said["signature"].rstrip("\n").encode())
    assert key.accepts(said["text"].encode(), line.signature)
    assert not key.accepts(said["text"].encode() + b"\n", line.signature)


def test_a_text_has_one_spelling(made: Office) -> None:
    raw = note(made).encode()
    assert Checkpoint.parse(raw).size == 600
    others = [
        raw[:-1], raw + b"\n", raw.replace(b"600", b"0600"), raw.replace(b"600", b"+600"), raw.replace(b"\n\n", b"\n"), b"", raw.replace(b"\n", b"\r\n"),
        raw.replace("—".encode(), b"-"), raw[:-2] + b" \n", raw.replace(b"600\n", b"600\n\n"), raw.replace(b"\n\n", b"\nextension\n\n"), raw + raw,
    ]  # fmt: skip
    ends = raw.index(b"=\n\n") - 1  # the last letter of the root: four of its six bits count
    others.append(raw[:ends] + bytes([raw[ends] + 1]) + raw[ends + 1 :])
    for other in others:
        with pytest.raises(MalformedError):
            Checkpoint.parse(other)
    for key in ("", "a", "a+b+c", made.verifier.vkey[:-1], made.verifier.vkey.replace("+", "+0", 1), "x" + made.verifier.vkey):
        with pytest.raises(MalformedError):
            Key.parse(key)


# ---------------------------------------------------------------- an export


def test_an_altered_entry_is_named_with_its_file(made: Office, out: Path, capsys) -> None:
    change(out / "tile/entries/001", 194 * 44 + 60)
    found = findings(made, capsys, out)
    assert {(file, first, count) for file, first, count in found} == {("tile/entries/001", 300, 1)}


def test_an_altered_entry_with_its_hash_beside_it_is_named_within_its_bundle(made: Office, out: Path, capsys) -> None:
    change(out / "tile/entries/001", 194 * 44 + 2 + 60, b"9")
    raw = (out / "tile/entries/001").read_bytes()
    change(out / "tile/0/001", 32 * 44, tree.leaf(raw[194 * 44 + 2 : 194 * 45]))
    assert findings(made, capsys, out) == [("tile/entries/001", 256, 256)]


@pytest.mark.invariant
def test_a_whole_tree_written_anew_does_not_give_the_signed_root(made: Office, out: Path, capsys, tmp_path: Path) -> None:
    other = office(tmp_path / "other", 600)
    export(other, tmp_path / "theirs")
    for path in sorted((tmp_path / "theirs/tile").rglob("*")):
        if path.is_file():
            (out / path.relative_to(tmp_path / "theirs")).write_bytes(path.read_bytes())
    assert findings(made, capsys, out) == [("checkpoint", 0, 600)]


@pytest.mark.parametrize(
    ("name", "first", "count"), [("tile/entries/000", 0, 256), ("tile/0/002.p/88", 512, 88), ("tile/1/000.p/2", 0, 512)]
)
@pytest.mark.parametrize("how", ["deleted", "cut", "longer"])
def test_a_file_that_is_missing_or_of_another_length_is_named(
    made: Office, out: Path, capsys, name: str, first: int, count: int, how: str
) -> None:
    raw = (out / name).read_bytes()
    (out / name).unlink()
    if how != "deleted":
        (out / name).write_bytes(raw[:-1] if how == "cut" else raw + b"x")
    assert (name, first, count) in findings(made, capsys, out)


def test_an_altered_hash_of_a_higher_level_is_named_by_the_entries_it_stands_for(made: Office, out: Path, capsys) -> None:
    change(out / "tile/1/000.p/2", 40)
    assert findings(made, capsys, out) == [("tile/1/000.p/2", 256, 256)]


def test_an_older_partial_tile_must_be_the_beginning_of_what_stands_there_now(made: Office, out: Path, capsys) -> None:
    raw = (out / "tile/0/002.p/88").read_bytes()
    (out / "tile/0/002.p/40").write_bytes(raw[: 32 * 40])
    assert findings(made, capsys, out) == []
    change(out / "tile/0/002.p/40", 32 * 7 + 3)
    assert findings(made, capsys, out) == [("tile/0/002.p/40", 519, 1)]


def test_a_file_that_is_no_part_of_a_tree_is_named(made: Office, out: Path, capsys) -> None:
    (out / "tile/0/0").write_bytes(b"")
    (out / "index.html").write_bytes(b"")
    assert findings(made, capsys, out) == [("tile/0/0", None, 1)]


def test_a_checkpoint_by_another_key_or_of_another_ledger_is_refused(made: Office, out: Path, tmp_path: Path, capsys) -> None:
    stranger = office(tmp_path / "stranger", 3)
    assert verified(stranger, out) == 1
    (out / "checkpoint").write_text(note(made).replace("d.example.gov/ledger\n", "e.example.gov/ledger\n", 1))
    assert findings(made, capsys, out) == [("checkpoint", 599, 1)]
    (out / "checkpoint").unlink()
    assert findings(made, capsys, out) == [("checkpoint", None, 1)]


def test_lines_of_keys_that_nobody_named_are_ignored_and_false_ones_of_known_keys_are_not(made: Office, out: Path, capsys) -> None:
    witness, unknown = Witness(), Witness("other.example", 9)
    good = note(made) + unknown.line(note(made)) + witness.line(note(made))
    (out / "checkpoint").write_text(good)
    assert findings(made, capsys, out, "--witness", witness.vkey, "--quorum", 1) == []
    (out / "checkpoint").write_text(note(made) + witness.line(note(made).replace("600", "599")))
    assert findings(made, capsys, out) == []
    assert len(findings(made, capsys, out, "--witness", witness.vkey, "--quorum", 1)) == 2
    twice = note(made) + witness.line(note(made)) + witness.line(note(made), 1)
    (out / "checkpoint").write_text(twice)
    assert len(findings(made, capsys, out, "--witness", witness.vkey, "--witness", Witness("w2.example", 2).vkey, "--quorum", 2)) == 1


# ---------------------------------------------------------------- proofs and packages


def test_a_proof_of_another_entry_or_another_index_is_refused(made: Office, tmp_path: Path, capsys) -> None:
    with made.store.read() as tx:
        text, (one, other) = tlog_proof(tx, 300), log.read_entries(tx, 300, 2)
    path = tmp_path / "p.tlog-proof"
    path.write_text(text)
    (tmp_path / "p.entry").write_bytes(one)
    assert findings(made, capsys, path) == []
    (tmp_path / "p.entry").write_bytes(other)
    assert findings(made, capsys, path) == [("p.tlog-proof", 300, 1)]
    (tmp_path / "p.entry").write_bytes(one)
    path.write_text(text.replace("index 300", "index 301"))
    assert findings(made, capsys, path) == [("p.tlog-proof", 301, 1)]
    path.write_text(text.replace("index 300", "index 0300"))
    assert findings(made, capsys, path) == [("p.tlog-proof", None, 1)]


def test_bad_arguments_are_no_verdict(made: Office, out: Path, tmp_path: Path) -> None:
    assert verified(made, tmp_path / "none") == 2
    assert verified(made, out, "--witness", made.verifier.vkey) == 2
    assert verified(made, out, "--held", tmp_path / "none") == 2
    (tmp_path / "held").write_text(note(made).replace("600", "601"))
    assert verified(made, out, "--held", tmp_path / "held") == 2
    assert verified(made, out, "--vkey", "nonsense") == 2


def test_an_entry_of_a_kind_that_is_not_known_yet_is_counted_and_one_of_no_day_is_named() -> None:
    raw = b'{"batch":"' + b"0" * 32 + b'","commitment":"' + b"a" * 64 + b'","day":"2026-02-28","kind":"of-later","v":1}'
    assert entry.parts(raw.ljust(191) + b"\n") == (b"a" * 64, b"2026-02-28", b"of-later")
    assert entry.parts(raw.replace(b"02-28", b"02-30").ljust(191) + b"\n") is None
    assert entry.parts(raw.ljust(190) + b"\n") is None


# ---------------------------------------------------------------- alone


@pytest.mark.invariant
def test_the_one_file_runs_where_nothing_of_privity_is(made: Office, out: Path, tmp_path: Path) -> None:
    """In an isolated interpreter that knows the standard library and `cryptography` only."""
    alone = tmp_path / "verifier.pyz"
    alone.write_bytes(one_file())
    assert one_file() == one_file()
    begin = (
        "import sys, importlib.abc, runpy\n"
        "class Only(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        top = name.partition('.')[0]\n"
        "        if top == 'privity' and not any('verifier.pyz' in str(one) for one in (path or sys.path[:1])): raise ImportError(name)\n"
        "        if top not in {*sys.stdlib_module_names, 'cryptography', '_cffi_backend', 'privity', '__main__'}: raise ImportError('not allowed: ' + name)\n"
        "sys.meta_path.insert(0, Only())\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    arguments = [sys.executable, "-I", "-c", begin, str(alone), str(out), "--vkey", made.verifier.vkey]
    good = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert "600 entries" in good.stdout
    change(out / "tile/0/000", 5)
    bad = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "tile/0/000: entry 0: " in bad.stdout


def test_the_program_writes_the_one_file(tmp_path: Path, capsys) -> None:
    from privity.cli.app import run

    assert run(["verifier", "--out", str(tmp_path / "v.pyz")]) == 0
    assert sha256((tmp_path / "v.pyz").read_bytes()).hexdigest() in capsys.readouterr().out


def test_its_sources_name_nothing_of_privity_but_themselves() -> None:
    for path in (ROOT / "src/privity/verifier").glob("*.py"):
        named = [
            line
            for line in path.read_text().splitlines()
            if "import" in line and "privity" in line and line.lstrip().startswith(("from", "import"))
        ]
        assert all(line.lstrip().startswith("from privity.verifier") for line in named), path


def test_growing_by_one_keeps_every_older_checkpoint_true(tmp_path: Path) -> None:
    one, held = office(tmp_path / "office"), []
    for size in (1, 2, 3, 255, 256, 257, 511, 513, 530):
        grow(one, size)
        held.append(tmp_path / f"{size}.note")
        held[-1].write_text(note(one))
    export(one, tmp_path / "public")
    assert verified(one, tmp_path / "public", *(part for path in held for part in ("--held", path))) == 0
