"""A regime's ``accounting.toml`` → what its accounting has to say, and how: exemptions, codes, forms, the yearly table, notices.

A regime without the file has no form of its own; its figures can be folded all the same. A citation stands for itself and all that is
below it: what is exempt under 26 USC 6103(c) is exempt under (c)(1). Whether the exemptions are those of the statute is for
`tests/reports/test_accounting_law.py`, which has the statute's own list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from privity.errors import InputError
from privity.fields import citation
from privity.rules.lawfile import LawFile, entries, entry, named, read, text, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FILE = "accounting.toml"
LINE_KINDS = ("request", "disclosure", "recorded afterwards")
FIELDS = (
    "line", "date", "agency", "agency_name", "agency_address", "agency_type", "agency_code", "authority", "purpose", "purpose_code", "what",
    "people", "where", "accountable", "withheld", "keep_until", "entry", "determination", "intent", "package", "batch", "row",
)  # fmt: skip
"""Every field that a form may name: the columns that `lines` makes."""

_TABLES = ("accounting", "exempt", "withheld", "agency_type", "agency", "purpose", "what", "form", "annual", "notice", "breach")


@dataclass(frozen=True, slots=True)
class Form:
    """One form: which lines, which fields in which order under which headings. ``like``: it resembles an official form and is not it."""

    id: str
    title: str
    cite: str
    lines: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    note: str
    like: bool
    years_back: int | None


@dataclass(frozen=True, slots=True)
class Annual:
    """The yearly table: due so many days after the year's close.

    It is on agencies of these ``kinds``, and on those that asked or received ``under`` these bases. On ``stops`` it cannot report.
    """

    title: str
    cite: str
    due_days: int
    due_cite: str
    furnished_to: str
    kinds: tuple[str, ...]
    kinds_cite: str
    people: str
    note: str
    under: tuple[str, ...]
    stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes a notice due. ``needs_rights``: the notice must state rights that only the proceeding can tell."""

    id: str
    cite: str
    plain: str
    needs_rights: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to a person: what it says, the rights that the law gives, and its triggers."""

    id: str
    title: str
    cite: str
    says: str
    rights: tuple[tuple[str, str], ...]
    triggers: Mapping[str, Trigger]


@dataclass(frozen=True, slots=True)
class Breach:
    """What a recipient must do when something may have gone wrong: whom to tell, within how many hours, how."""

    title: str
    cite: str
    hours: int
    tell: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """An agency's code and address for a form; empty where nobody looked it up."""

    code: str = ""
    type: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AccountingLaw:
    """One regime's accounting. ``retention_years``: None if it is permanent. ``purpose_words``: besides those of the vocabulary."""

    title: str
    cite: str
    retention_years: int | None
    retention_cite: str
    purpose_words: tuple[str, ...]
    exempt: tuple[str, ...]
    withheld: tuple[str, ...]
    agency_types: Mapping[str, str]
    agencies: Mapping[str, Code]
    purposes: Mapping[str, str]
    what: Mapping[str, str]
    forms: Mapping[str, Form]
    annual: Annual | None
    notices: Mapping[str, Notice]
    breach: Breach | None
    digest: str
    file: LawFile = field(repr=False)

    def form(self, name: str) -> Form:
        """The form of that id.

        Raises:
            InputError: this regime has none.
        """
        if name not in self.forms:
            raise InputError(f"this office has no form `{name}`", remedy=f"one of: {', '.join(self.forms) or 'none'}")
        return self.forms[name]


def canonical(cited: str) -> str:
    """What a text cites, in the one spelling; empty if it cites nothing that can be read. No word of the text is kept."""
    return "; ".join(str(one) for one in citation.citations(cited))


def covers(among: Sequence[str], cited: str) -> bool:
    """Whether a text cites provisions, and each of them is one of these or below one of these."""
    found = citation.citations(cited)
    return bool(found) and all(set(citation.prefixes(one)) & set(among) for one in found)


# ---------------------------------------------------------------- reading


def load(root: Path, folder: Path) -> AccountingLaw:
    """The accounting of the regime in a folder below a root of law.

    Raises:
        LawError: the file is missing, or an entry is not well formed; the message names it.
    """
    file = read(root, folder / FILE)
    whole = file.table()
    for key in whole:
        if key not in _TABLES:
            raise file.wrong("the file", f"unknown key `{key}`")
    said = entry(
        file, "accounting", whole.get("accounting"), _ACCOUNTING, {"retention_years": int, "recorded_as": str, "purpose_words": list}
    )
    if said["retention"] not in ("permanent", "years") or (said["retention"] == "years") != ("retention_years" in said):
        raise file.wrong("accounting", "`retention` is `permanent`, or `years` with `retention_years`")
    years = said.get("retention_years")
    return AccountingLaw(
        text(said, "title"),
        text(said, "cite"),
        years if isinstance(years, int) else None,
        text(said, "retention_cite"),
        words(file, "accounting", said, "purpose_words"),
        _cited(file, whole, "exempt"),
        _cited(file, whole, "withheld"),
        _pairs(file, whole, "agency_type", "kind", "code"),
        _codes(file, whole),
        {_one_citation(file, "purpose", cite): code for cite, code in _pairs(file, whole, "purpose", "cite", "code").items()},
        _pairs(file, whole, "what", "id", "plain"),
        named(file, "form", (_form(file, raw) for raw in entries(file, whole, "form"))),
        _annual(file, whole["annual"]) if "annual" in whole else None,
        named(file, "notice", (_notice(file, raw) for raw in entries(file, whole, "notice"))),
        _breach(file, whole["breach"]) if "breach" in whole else None,
        file.digest,
        file,
    )


_ACCOUNTING: dict[str, type] = {"cite": str, "title": str, "retention": str, "retention_cite": str}


def _one_citation(file: LawFile, where: str, said: str) -> str:
    found = canonical(said)
    if found != said or ";" in found:
        raise file.wrong(where, "not one citation in its canonical spelling")
    return found


def _cited(file: LawFile, whole: Mapping[str, object], key: str) -> tuple[str, ...]:
    raws = [entry(file, key, raw, {"cite": str}, {"note": str}) for raw in entries(file, whole, key)]
    return tuple(named(file, key, ((_one_citation(file, key, text(raw, "cite")), raw) for raw in raws)))


def _pairs(file: LawFile, whole: Mapping[str, object], key: str, name: str, value: str) -> dict[str, str]:
    raws = [entry(file, key, raw, {name: str, value: str}, {"source": str}) for raw in entries(file, whole, key)]
    return named(file, key, ((text(raw, name), text(raw, value)) for raw in raws))


def _codes(file: LawFile, whole: Mapping[str, object]) -> dict[str, Code]:
    more: dict[str, type] = {"code": str, "type": str, "address": str, "source": str}
    raws = [entry(file, "agency", raw, {"id": str}, more) for raw in entries(file, whole, "agency")]
    return named(file, "agency", ((text(raw, "id"), Code(text(raw, "code"), text(raw, "type"), text(raw, "address"))) for raw in raws))


def _form(file: LawFile, raw: object) -> tuple[str, Form]:
    needs: dict[str, type] = {"id": str, "title": str, "cite": str, "lines": list, "fields": list}
    said = entry(file, "form", raw, needs, {"note": str, "like": bool, "years_back": int})
    where = f"form `{text(said, 'id')}`"
    fields = _couples(file, where, said["fields"])
    if not fields or not {name for name, _ in fields} <= set(FIELDS):
        raise file.wrong(where, f"`fields` are pairs of a field and its heading; fields are {', '.join(FIELDS)}")
    back = said.get("years_back")
    lines = words(file, where, said, "lines", LINE_KINDS)
    form = Form(
        text(said, "id"), text(said, "title"), text(said, "cite"), lines, fields, text(said, "note"), bool(said.get("like")),
        back if isinstance(back, int) else None,
    )  # fmt: skip
    return form.id, form


def _couples(file: LawFile, where: str, raw: object) -> tuple[tuple[str, str], ...]:
    found = raw if isinstance(raw, list) else []
    for one in found:
        if not isinstance(one, list) or len(one) != 2 or not all(isinstance(part, str) and part for part in one):  # noqa: PLR2004 - a pair
            raise file.wrong(where, "not a list of pairs of text")
    return tuple((one[0], one[1]) for one in found)


def _annual(file: LawFile, raw: object) -> Annual:
    needs: dict[str, type] = {
        "title": str,
        "cite": str,
        "due_days": int,
        "due_cite": str,
        "furnished_to": str,
        "kinds": list,
        "kinds_cite": str,
    }
    said = entry(file, "annual", raw, needs, {"people": str, "note": str, "under": list, "stops": list})
    days = said["due_days"]
    return Annual(
        text(said, "title"), text(said, "cite"), days if isinstance(days, int) else 0, text(said, "due_cite"), text(said, "furnished_to"),
        words(file, "annual", said, "kinds"), text(said, "kinds_cite"), text(said, "people", "people"), text(said, "note"),
        words(file, "annual", said, "under"),words(file, "annual", said, "stops"),
    )  # fmt: skip


def _notice(file: LawFile, raw: object) -> tuple[str, Notice]:
    needs: dict[str, type] = {"id": str, "title": str, "cite": str, "says": str, "rights": list, "trigger": list}
    said = entry(file, "notice", raw, needs, {})
    where = f"notice `{text(said, 'id')}`"
    triggers = named(file, where, (_trigger(file, where, one) for one in entries(file, said, "trigger")))
    rights = _couples(file, where, said["rights"])
    notice = Notice(text(said, "id"), text(said, "title"), text(said, "cite"), text(said, "says"), rights, triggers)
    return notice.id, notice


def _trigger(file: LawFile, where: str, raw: object) -> tuple[str, Trigger]:
    said = entry(file, where, raw, {"id": str, "cite": str, "plain": str}, {"needs_rights": bool})
    return text(said, "id"), Trigger(text(said, "id"), text(said, "cite"), text(said, "plain"), bool(said.get("needs_rights")))


def _breach(file: LawFile, raw: object) -> Breach:
    needs: dict[str, type] = {"title": str, "cite": str, "hours": int, "tell": list, "steps": list}
    said = entry(file, "breach", raw, needs, {"source": str})
    hours = said["hours"]
    tell, steps = words(file, "breach", said, "tell"), words(file, "breach", said, "steps")
    return Breach(text(said, "title"), text(said, "cite"), hours if isinstance(hours, int) else 0, tell, steps)
