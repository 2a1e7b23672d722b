"""The law's own word list into a checked ``Vocabulary``, and from that the schemas of tables and of Cedar.

Reads core.toml, a regime's facts.toml and provisions.toml. A fact is an enum, a Boolean, a whole number or a date, and says where it
comes from; there is no fact that holds text. What a fact's value is for a row is for ``elements``; what follows from it is for the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from privity.rules.lawfile import LawFile, entries, entry, named, read, text, words
from privity.terms import ORDINAL, Basis, Citation, Column, Duty, Fact, FactType, OnFail, Requirement, Source, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

SHIPPED = Path(__file__).resolve().parent.parent / "law"
COLUMN_KINDS = ("text", "day", "code", "zip", "list")
REQUEST_ORIGINS = ("column", "present", "element", "envelope", "reading")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_ENUM = re.compile(r"[A-Z][A-Za-z0-9]*")
RESERVED = frozenset({"Office", "Official", "Holding", "Action"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the rules of one regime may speak of. ``files`` are the files it was read from."""

    regime: str
    title: str
    custodian: str
    default_basis: str
    general_rule: Requirement
    bases: Mapping[str, Basis]
    offices: Mapping[str, str]
    columns: tuple[Column, ...]
    facts: Mapping[str, Fact]
    provisions: Mapping[str, str]
    predicates: tuple[str, ...] = ()
    files: tuple[LawFile, ...] = ()
    access: str = ""  # the regime that says what a person may see of the accounting about themselves

    @property
    def enums(self) -> Mapping[str, tuple[str, ...]]:
        """The Cedar entity types that hold values, with their values."""
        return {fact.enum: fact.values for fact in self.facts.values() if fact.enum}


# ---------------------------------------------------------------- where it is


def regime_folder(law_root: Path, regime: str) -> Path:
    """The folder of one instrument of the law."""
    return law_root.joinpath(*regime.split("/"))


def load_vocabulary(law_root: Path, regime: str = "us/26-usc-6103") -> Vocabulary:
    """The vocabulary of a regime below a root of law.

    Raises:
        LawError: a file or an entry is not well formed; the message names both.
    """
    folder = regime_folder(law_root, regime)
    return _vocabulary(law_root, folder, law_root / "core.toml", (folder / "provisions.toml", folder.parent / "provisions.toml"))


def load_folder(folder: Path) -> Vocabulary:
    """The vocabulary of a regime that lies in one folder by itself; the core columns are the shipped ones."""
    return _vocabulary(folder, folder, SHIPPED / "core.toml", (folder / "provisions.toml",))


def _vocabulary(root: Path, folder: Path, core: Path, provisions: tuple[Path, ...]) -> Vocabulary:
    base, file = read(root, core), read(root, folder / "facts.toml")
    kinds = next((read(root, path) for path in provisions if path.exists()), None)
    return parse_vocabulary(base, file, kinds)


# ---------------------------------------------------------------- what it says


def parse_vocabulary(core: LawFile, file: LawFile, kinds: LawFile | None = None) -> Vocabulary:
    """A vocabulary from the files of law themselves."""
    shared: dict[str, type] = {"column": list}
    base = entry(core, "the file", core.table(), shared, {})
    raw = entry(file, "the file", file.table(), {"regime": dict, "basis": list, "fact": list}, {"office": list, **shared})
    columns = _columns(core, base) | _columns(file, raw)
    facts = named(file, "fact", (_fact(file, item, columns) for item in entries(file, raw, "fact")))
    _enums_agree(file, facts)
    bases = named(file, "basis", (_basis(file, item) for item in entries(file, raw, "basis")))
    offices = named(file, "office", (_office(file, item) for item in entries(file, raw, "office")))
    head, general = _regime(file, raw, frozenset(bases))
    return Vocabulary(
        regime=text(head, "id"),
        title=text(head, "title"),
        custodian=text(head, "custodian"),
        default_basis=text(head, "default_basis"),
        general_rule=general,
        bases=bases,
        offices=offices,
        columns=tuple(columns.values()),
        facts=facts,
        provisions=_provisions(kinds, facts) if kinds else {},
        predicates=words(file, "regime", head, "predicates"),
        files=(core, file, kinds) if kinds else (core, file),
        access=text(head, "access"),
    )


def _regime(file: LawFile, raw: Mapping[str, object], bases: frozenset[str]) -> tuple[dict[str, object], Requirement]:
    required = {"id": str, "title": str, "custodian": str, "default_basis": str, "general_rule": dict}
    head = entry(file, "regime", raw["regime"], required, {"predicates": list, "access": str})
    if head["default_basis"] not in bases:
        raise file.wrong("regime", "`default_basis` is not a basis of this file")
    return head, _general(file, head["general_rule"], bases)


def _general(file: LawFile, raw: object, bases: frozenset[str]) -> Requirement:
    found = entry(file, "regime.general_rule", raw, {"id": str, "cite": str, "fails": str, "supply": str}, {})
    _cited(file, "regime.general_rule", text(found, "cite"))
    said = (text(found, "cite"), text(found, "fails"), text(found, "supply"))
    return Requirement(text(found, "id"), Source.STATUTE, Stage.REQUEST, OnFail.REFUSE, "permit", *said, bases, frozenset())


def _cited(file: LawFile, where: str, cite: str) -> None:
    try:
        Citation.parse(cite)
    except ValueError as error:
        raise file.wrong(where, f"`cite` is {error}") from error


def _basis(file: LawFile, raw: object) -> tuple[str, Basis]:
    found = entry(file, "basis", raw, {"id": str, "cite": str, "duty": str, "plain": str, "answers": list}, {})
    name, where = text(found, "id"), f"basis `{text(found, 'id')}`"
    if not _ID.fullmatch(name):
        raise file.wrong(where, "`id` is not a plain id")
    if found["duty"] not in ("shall", "may"):
        raise file.wrong(where, "`duty` is neither `shall` nor `may`")
    _cited(file, where, text(found, "cite"))
    duty = Duty.SHALL if found["duty"] == "shall" else Duty.MAY
    return name, Basis(name, text(found, "cite"), duty, text(found, "plain"), words(file, where, found, "answers"))


def _office(file: LawFile, raw: object) -> tuple[str, str]:
    found = entry(file, "office", raw, {"id": str, "cite": str, "plain": str}, {})
    if not _ID.fullmatch(text(found, "id")):
        raise file.wrong(f"office `{text(found, 'id')}`", "`id` is not a plain id")
    return text(found, "id"), text(found, "plain")


def _columns(file: LawFile, raw: Mapping[str, object]) -> dict[str, Column]:
    return named(file, "column", (_column(file, item) for item in entries(file, raw, "column")))


def _column(file: LawFile, raw: object) -> tuple[str, Column]:
    found = entry(file, "column", raw, {"name": str, "kind": str, "plain": str}, {"aliases": list, "personal": bool, "digits": int})
    name, where = text(found, "name"), f"column `{text(found, 'name')}`"
    if not _NAME.fullmatch(name) or name in ("ordinal", "row"):
        raise file.wrong(where, "`name` is not a plain name in small letters, or is reserved")
    if found["kind"] not in COLUMN_KINDS:
        raise file.wrong(where, f"`kind` is none of {', '.join(COLUMN_KINDS)}")
    aliases = words(file, where, found, "aliases")
    digits = found.get("digits", 0)
    return name, Column(
        name,
        text(found, "kind"),
        text(found, "plain"),
        aliases,
        found.get("personal") is not False,
        digits if isinstance(digits, int) else 0,
    )


# ---------------------------------------------------------------- facts

_FACT_NEEDS: dict[str, type] = {"name": str, "type": str, "from": str, "plain": str}
_FACT_MAY: dict[str, type] = {
    "stage": str,
    "enum": str,
    "values": list,
    "aliases": dict,
    "optional": bool,
    "stricter": bool,
    "default": bool,
}


def _fact(file: LawFile, raw: object, columns: Mapping[str, Column]) -> tuple[str, Fact]:
    found = entry(file, "fact", raw, _FACT_NEEDS, _FACT_MAY)
    name, where = text(found, "name"), f"fact `{text(found, 'name')}`"
    if not _NAME.fullmatch(name) or name in ("ordinal", "principal", "action", "row"):
        raise file.wrong(where, "`name` is not a plain name in small letters, or is reserved")
    if found["type"] not in tuple(FactType) or text(found, "stage", "request") not in tuple(Stage):
        raise file.wrong(where, "`type` or `stage` is not one of those there are")
    kind, _, source = text(found, "from").partition(" ")
    values, enum, aliases = _enum(file, where, found)
    stricter, default = _switch(file, where, found)
    fact = Fact(
        name,
        FactType(text(found, "type")),
        Stage(text(found, "stage", "request")),
        text(found, "plain"),
        (kind, source),
        values,
        enum,
        found.get("optional") is True,
        aliases,
        stricter,
        default,
    )
    _origin_fits(file, where, fact, columns)
    return name, fact


def _enum(file: LawFile, where: str, raw: Mapping[str, object]) -> tuple[tuple[str, ...], str, dict[str, str]]:
    if raw["type"] != FactType.ENUM:
        if raw.keys() & {"enum", "values", "aliases"}:
            raise file.wrong(where, "only an enum has `enum`, `values` and `aliases`")
        return (), "", {}
    values = words(file, where, raw, "values")
    if not values or not _ENUM.fullmatch(text(raw, "enum")) or text(raw, "enum") in RESERVED:
        raise file.wrong(where, "an enum needs `values` and, as `enum`, a name with a capital that is not reserved")
    aliases = raw.get("aliases", {})
    aliases = aliases if isinstance(aliases, dict) else {}
    for word, value in aliases.items():
        if value not in values:
            raise file.wrong(where, f"the alias `{word}` stands for no value of it")
    return values, text(raw, "enum"), aliases


def _switch(file: LawFile, where: str, raw: Mapping[str, object]) -> tuple[bool | None, bool | None]:
    both = {"stricter", "default"}
    given = raw.keys() & both
    reading = text(raw, "from").startswith("reading ")
    if reading and (given != both or raw["type"] != FactType.BOOL):
        raise file.wrong(where, "a court interpretation is a boolean with `stricter` and `default`")
    if given and not reading:
        raise file.wrong(where, "`stricter` and `default` belong to court interpretations only")
    return (raw["stricter"] is True, raw["default"] is True) if reading else (None, None)


def _origin_fits(file: LawFile, where: str, fact: Fact, columns: Mapping[str, Column]) -> None:
    kind, source = fact.origin
    if kind not in (*REQUEST_ORIGINS, "register", "office") or not source:
        raise file.wrong(where, "`from` is none of: column, present, element, envelope, office, reading, register, with a name")
    if kind in ("column", "present") and source not in columns:
        raise file.wrong(where, f"`from` names the column `{source}`, which there is not")
    if fact.stage != Stage.REQUEST if kind in REQUEST_ORIGINS else kind == "register" and fact.stage == Stage.REQUEST:
        raise file.wrong(where, f"a fact from {kind} cannot be of the stage `{fact.stage}`")
    if kind == "element" and source.count(".") != 1:
        raise file.wrong(where, "`from` element is written MODULE.OUTPUT")
    if (kind == "present" and fact.type != FactType.BOOL) or (kind == "reading" and fact.optional):
        raise file.wrong(where, "`present` gives a boolean; a court interpretation is never optional")
    if kind == "column" and (columns[source].kind == "day") != (fact.type == FactType.DAY):
        raise file.wrong(where, f"`type` does not fit the kind of the column `{source}`")


def _enums_agree(file: LawFile, facts: Mapping[str, Fact]) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for fact in facts.values():
        if fact.enum and seen.setdefault(fact.enum, fact.values) != fact.values:
            raise file.wrong(f"fact `{fact.name}`", f"the enum `{fact.enum}` has other values elsewhere")


def _provisions(file: LawFile, facts: Mapping[str, Fact]) -> dict[str, str]:
    raw = entry(file, "the file", file.table(), {"provision": list}, {"meta": dict})
    judged = [fact.values for fact in facts.values() if fact.origin == ("element", "authority.standing")]
    pairs = (_provision(file, item, judged[0] if judged else None) for item in entries(file, raw, "provision"))
    return named(file, "provision", pairs)


def _provision(file: LawFile, raw: object, kinds: tuple[str, ...] | None) -> tuple[str, str]:
    found = entry(file, "provision", raw, {"cite": str, "kind": str, "plain": str}, {})
    if kinds is not None and found["kind"] not in kinds:
        raise file.wrong(f"provision `{text(found, 'cite')}`", "`kind` is not a value of the fact that judges the authority")
    return text(found, "cite"), text(found, "kind")


# ---------------------------------------------------------------- schemas


def facts_schema(vocabulary: Vocabulary, stage: Stage) -> dict[str, pl.DataType]:
    """Columns of a table of facts at a stage: ``ordinal`` and each fact of that stage and earlier ones."""
    known = {fact.name: fact.dtype for fact in vocabulary.facts.values() if fact.stage in stage.upto}
    return {"ordinal": ORDINAL, **known}


def cedar_schema(vocabulary: Vocabulary) -> str:
    """The same vocabulary as Cedar schema text. Actions are flat: a rule over a group of actions can silently never fire."""
    enums = [f"entity {name} enum [{', '.join(map(_quoted, values))}];" for name, values in sorted(vocabulary.enums.items())]
    facts = ",\n".join(f"    {_quoted(fact.name)}{'?' if fact.optional else ''}: {_cedar_type(fact)}" for fact in vocabulary.facts.values())
    actions = ", ".join(map(_quoted, vocabulary.bases))
    people = ["entity Office;", "entity Official in [Office];", "entity Holding;"]
    applies = f"action {actions} appliesTo {{\n  principal: [Official], resource: [Holding],\n  context: {{\n{facts}\n  }}\n}};"
    return "\n".join((*people, *enums, applies)) + "\n"


def _cedar_type(fact: Fact) -> str:
    return fact.enum or {FactType.BOOL: "Bool", FactType.WHOLE: "Long", FactType.DAY: "datetime"}[fact.type]


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
