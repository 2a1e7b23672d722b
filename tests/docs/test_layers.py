"""The layers that docs/architecture.md shows are those that import-linter holds the code to."""

from __future__ import annotations

import tomllib

from docs.pages import ROOT, between


def contracts() -> list[dict[str, object]]:
    return list(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"])


def test_the_layers_on_the_page_are_the_layers_of_the_code() -> None:
    (layers,) = [one for one in contracts() if one["type"] == "layers"]
    shown = [
        line.strip()
        for line in between(ROOT / "docs/architecture.md", "layers").splitlines()
        if line.strip() and not line.startswith("```")
    ]
    assert shown == layers["layers"]
    assert layers["exhaustive"] is True


def test_every_package_stands_in_a_layer() -> None:
    (layers,) = [one for one in contracts() if one["type"] == "layers"]
    named = {name.strip() for line in layers["layers"] for name in str(line).split("|")}  # type: ignore[attr-defined]
    source = ROOT / "src/privity"
    there = {path.stem for path in source.glob("*.py") if path.stem != "__init__"} | {
        path.parent.name for path in source.glob("*/__init__.py")
    }
    assert there == named
