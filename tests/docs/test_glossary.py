"""The glossary and the code say the same words."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache

from docs.pages import ROOT, table
from privity import terms

ROWS = table((ROOT / "docs/glossary.md").read_text())[1:]
IN_CODE = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[3])}
NEVER = {word.strip() for row in ROWS for word in row[4].split(",") if word.strip()}


def words(name: str) -> set[str]:
    """The words of an identifier: ``EligibleRows`` and ``eligible_rows`` have the same."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


@cache
def named() -> set[tuple[str, str]]:
    """Module and name of every class and function of the program."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    trees = {path: ast.parse(path.read_text()) for path in (ROOT / "src").rglob("*.py")}
    return {(path.stem, node.name) for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_noun_of_the_passage_is_in_the_glossary() -> None:
    public = {
        name for name, one in vars(terms).items() if inspect.isclass(one) and one.__module__ == terms.__name__ and not name.startswith("_")
    }
    assert public
    assert public - IN_CODE == set()


def test_what_the_glossary_says_is_in_the_code_is_there() -> None:
    modules = {".".join(path.relative_to(ROOT / "src/privity").with_suffix("").parts) for path in (ROOT / "src/privity").rglob("*.py")}
    known = {name for _, name in named()} | modules | {part for module in modules for part in module.split(".")}
    dotted = {name for name in IN_CODE if "." in name or name[0].isupper()}
    assert {name for name in dotted if name not in known and name.rsplit(".", 1)[-1] not in known | {"LOOK"}} == set()


def test_no_class_or_function_is_named_with_a_word_that_is_never_used() -> None:
    assert len(NEVER) > 40
    assert {(module, name) for module, name in named() if words(name) & NEVER} == set()


def test_a_name_with_such_a_word_would_be_found() -> None:
    assert words("_PermissionHelper") & NEVER == {"permission", "helper"}
    assert words("lookup_subject") & NEVER == {"lookup", "subject"}
