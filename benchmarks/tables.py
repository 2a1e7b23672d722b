"""Full runs in ``results/`` → the tables of docs/performance.md and docs/matching.md, so that no figure there is written by hand.

python benchmarks/passage.py --json > benchmarks/results/passage.json
python evaluation/sample.py --json > benchmarks/results/sample.json
python benchmarks/match.py --json > benchmarks/results/match.json
python benchmarks/peers.py --json > benchmarks/results/peers.json
python evaluation/leave_out.py --json --seed final > benchmarks/results/leave-out-final.json
python evaluation/leave_out.py --json > benchmarks/results/leave-out-development.json
python evaluation/pseudopeople.py --json > benchmarks/results/pseudopeople.json
python benchmarks/ledger.py --json > benchmarks/results/ledger.json
python evaluation/flips.py --flips 10000 --seed 1 > benchmarks/results/flips.json
python benchmarks/tables.py && python benchmarks/pictures.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from privity.match import upper_limit

RESULTS = Path(__file__).parent / "results"
DOCS = Path(__file__).parent.parent / "docs"


def passage(run: dict[str, Any]) -> str:
    """The passage: ratios first, then what was aimed at and what came, then the steps."""
    figures, ratios, peers, machine = run["figures"], run["ratios"], run["peers"], run["machine"]
    requests = figures["sizes"]["requests"]
    sizes = sorted(figures["submit"], key=int)
    largest = figures["submit"][sizes[-1]]
    lines = [
        f"`python benchmarks/passage.py --json`, {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"load {machine['load_before']} before and {machine['load_after']} after.",
        "",
        f"- The register grows {ratios['register_growth']:g} times: submit takes {ratios['submit_cpu_growth']:g} times the processor time and "
        f"{ratios['submit_peak_growth']:g} times the memory.",
        f"- Cedar asked row by row would take {ratios['cedar_row_by_row_over_submit_cpu']:g} times the processor time of the whole submit "
        f"({peers['cedar']['rows']:,} rows asked, the rest extrapolated), and would only decide.",
        f"- A merge on equal columns ({peers['merge']['library']}) takes 1/{ratios['submit_cpu_over_merge_cpu']:g} of it, and names "
        f"{peers['merge']['wrong_person']:,} wrong people among {peers['merge']['identified']:,}.",
        "",
        "| | aim | measured |",
        "|---|---|---|",
    ]
    for size in sizes:
        one = figures["submit"][size]
        aim = "90 s, 4 GB" if size == sizes[-1] else ""
        lines.append(f"| submit {requests:,} requests, register {int(size):,} rows | {aim} | {_cost(one)} |")
    release, examine = figures["release"]["release"], figures["examine"]
    rows = sum(release["answers"].values())
    lines += [
        f"| release {rows:,} rows ({release['answers']['same']:,} `same`), {release['packages']} packages | 60 s for 47,289 | {_cost(release)} |",
        f"| examine {examine['csv']['rows']:,} rows from CSV | 15 s | {_cost(examine['csv'])} |",
        f"| examine {examine['xlsx']['rows']:,} rows from Excel | 60 s | {_cost(examine['xlsx'])} |",
        "",
        f"Submit, register {int(sizes[-1]):,} rows, by step:",
        "",
        *_steps(largest["steps"]),
        "",
        "Release, by step:",
        "",
        *_steps(release["steps"]),
    ]
    return "\n".join(lines)


def _cost(one: dict[str, Any]) -> str:
    return f"{one['wall']:.1f} s, {one['cpu']:.1f} CPU s, {one['peak_gb']:.2f} GB"


def _steps(steps: dict[str, dict[str, float]]) -> list[str]:
    rows = [f"| {name} | {one['wall']:.1f} | {one['cpu']:.1f} | {one['peak_gb']:.2f} |" for name, one in steps.items()]
    return ["| step | wall s | CPU s | peak GB of the process meanwhile |", "|---|--:|--:|--:|", *rows]


def errors(run: dict[str, Any]) -> str:
    """The sample against its truth."""
    totals = run["totals"]
    names = {
        "rows": "rows",
        "lawful": "lawful",
        "lawful_refused": "lawful and refused",
        "unlawful": "unlawful",
        "unlawful_referred": "unlawful and referred to people",
        "wrong_person": "referred about another person than meant",
        "filter_lets_out": "the filter as reported of 2025 lets out",
        "filter_unlawful": "of them unlawful",
    }
    rows = [f"| {words} | {totals[name]:,} |" for name, words in names.items()]
    return "\n".join(["`python evaluation/sample.py --json`, on the sample in the wheel:", "", "| | rows |", "|---|--:|", *rows])


def leave_out(run: dict[str, Any], development: dict[str, Any]) -> str:
    """The final seed, both points: by rule and by group; the development seed in one line each."""
    figures = run["figures"]
    sizes = figures["sizes"]
    lines = [
        f"**Leaving people out.** `python evaluation/leave_out.py --seed final --json`: {sizes['requests']:,} requests, a register of "
        f"{sizes['register']:,} people, seed {figures['seed']}, drawn once rules and thresholds were fixed. *Whole*: everybody is held who should be. *Left out*: "
        "whoever is meant is not held, relatives, twins and namesakes are; then every answer is wrong.",
        "",
        "| point | register | asked of the register | held | answered | wrong | wrong of those asked, at most | wrong of those answered, at most | recall |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, found in (("", figures), (" (development seed)", development["figures"])):
        for point in found["points"]:
            lines += [
                f"| {point}{name} | {words} | {_errors(found[point][key])} |"
                for key, words in (("whole", "whole"), ("without", "left out"))
            ]
    lines += [
        "",
        "By rule, and by how common the surname is (final seed, bounded point, whole register; the strict point is R1 to R5):",
        "",
    ]
    lines += ["| | asked of the register | answered | wrong | recall |", "|---|--:|--:|--:|--:|"]
    bounded = figures["bounded"]["whole"]
    for name, one in bounded["by_rule"].items():
        lines.append(f"| {name} | | {one['answered']:,} | {one['wrong']:,} | |")
    for name, one in bounded["by_group"].items():
        strict = figures["strict"]["whole"]["by_group"][name]
        lines.append(
            f"| {name} | {one['judged']:,} | {one['answered']:,} (strict {strict['answered']:,}) | {one['wrong']:,} (strict {strict['wrong']:,}) "
            f"| {one['recall']:.3f} (strict {strict['recall']:.3f}) |"
        )
    return "\n".join([*lines, "", "![Where rows end up](pictures/matching-ends.svg)"])


def _errors(one: dict[str, Any]) -> str:
    answered = f"{one['wrong_of_answered_at_most']:.1e}" if one["recall"] else "-"
    recall = f"{one['recall']:.3f}" if one["recall"] else "-"
    return f"{one['judged']:,} | {one['held']:,} | {one['answered']:,} | {one['wrong']:,} | {one['wrong_of_judged_at_most']:.1e} | {answered} | {recall}"


def pseudopeople(run: dict[str, Any]) -> str:
    """Everybody's files, summed over seeds, years and noise."""
    figures = run["figures"]
    sizes, files = figures["sizes"], [one for one in figures["files"] if one["judged"]]
    kinds = dict.fromkeys((one["file"], one["register"], one["strangers"], one["point"]) for one in files)
    lines = [
        f"**People whom nobody here made up.** `python evaluation/pseudopeople.py --json`: {figures['people']:,} people of the sample population of pseudopeople "
        f"(its households, moves, borrowed numbers and errors of writing), seeds {', '.join(map(str, sizes['seeds']))}, censuses of {', '.join(map(str, sizes['census']))}, "
        f"wages of {', '.join(map(str, sizes['wages']))}, usual and much noise. *Open*: two in five are not held. *Strangers*: {sizes['strangers']:,} made-up people are held besides. "
        "Wages have no birth date, without which nobody is identified; the person's own was put beside their numbers, a tenth of which are borrowed.",
        "",
        "| file | register | point | asked of the register | held | answered | wrong | wrong of those asked, at most | recall |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in kinds:
        name, register, strangers, point = kind
        mine = [one for one in files if (one["file"], one["register"], one["strangers"], one["point"]) == kind]
        judged, held, answered, wrong = (sum(one[count] for one in mine) for count in ("judged", "held", "answered", "wrong"))
        words = {"open": "open", "without": "left out"}[register] + (", strangers" if strangers else "")
        recall = f"{(answered - wrong) / held:.3f}" if held else "-"
        lines.append(
            f"| {name} | {words} | {point} | {judged:,} | {held:,} | {answered:,} | {wrong:,} | {upper_limit(wrong, judged):.1e} | {recall} |"
        )
    return "\n".join(lines)


def match(run: dict[str, Any]) -> str:
    """Cost: aims first, then what came, then the steps at the largest register."""
    figures, peers, ratios, aims, machine = (run[name] for name in ("figures", "peers", "ratios", "aims", "machine"))
    large = str(figures["sizes"]["registers"][-1])
    many, prepared = figures["many"]["identify"], figures[large]["prepare"]
    lines = [
        f"**Cost.** `python benchmarks/match.py --json`, {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, load "
        f"{machine['load_before']} before and {machine['load_after']} after: not a quiet machine, so believe CPU seconds and ratios.",
        "",
        f"- The register grows {ratios['register_growth']:g} times: matching takes {ratios['identify_cpu_growth']:.2f} times the processor time and "
        f"{ratios['identify_peak_growth']:.2f} times the memory; another {ratios['again_growth']:g} times: {ratios['again_cpu_growth']:.2f} times the processor time.",
        f"- All of matching over its bare joins, at {int(large):,} rows (aim {aims['joins']:g}): {ratios['identify_cpu_over_joins']:.2f} in CPU time; "
        f"{ratios['identify_cpu_over_joins_keys_given']:.2f} on the same keys, that is without the reading of the requests' cells. Those joins only count pairs; "
        f"where they write each pair with the columns that comparing needs, it is {ratios['identify_cpu_over_joins_written_keys_given']:.2f}.",
        f"- {many['requests']:,} requests against {int(large):,} rows (aim {aims['many_s']:.0f} s, {aims['many_gb']:g} GB): {_cost(many)}.",
        f"- Preparing a register (aim {aims['prepared_a_second']:,} rows a second): {prepared['rows_a_second']:,.0f} rows a second, {_cost(prepared)} for {prepared['rows']:,}.",
        "",
        "| register, rows | matching | peak GB | bare joins | merge (pandas) | wrong: matching | wrong: merge |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in (*map(str, figures["sizes"]["registers"]), "again"):
        one, beside = figures[name]["identify"], peers[name]
        rows = figures["again"]["rows"] if name == "again" else int(name)
        merge = beside.get("merge")
        told = (f"{merge['cpu']:.1f} CPU s", f"{merge['wrong_person']:,}") if merge else ("-", "-")
        wrong = "-" if name == "again" else f"{one['wrong_person']:,}"
        lines.append(
            f"| {rows:,} | {one['cpu']:.1f} CPU s | {one['peak_gb']:.2f} | {beside['joins']['cpu']:.1f} CPU s | {told[0]} | {wrong} | {told[1]} |"
        )
    lines += [
        "",
        f"The last line reads one register {figures['sizes']['times']} times, for time and memory only. Steps at {int(large):,} rows:",
        "",
    ]
    return "\n".join([*lines, *_steps(figures[large]["identify"]["steps"]), "", "![Cost growth](pictures/matching-growth.svg)"])


def peers(run: dict[str, Any]) -> str:
    """One table of one run."""
    sizes, machine, told = run["sizes"], run["machine"], run["figures"]["told"]
    lines = [
        f"**Beside others, in one run.** `python benchmarks/peers.py --json`: {sizes['requests']:,} requests, {sizes['register']:,} people, load "
        f"{machine['load_before']} before and {machine['load_after']} after. Recall here is of everybody held whom a request means, also where nothing can be looked up.",
        "",
        "| | CPU s | wall s | peak GB | answered | wrong | wrong of those answered, at most | recall |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, one in told.items():
        counted = f"{one['answered']:,} | {one['wrong']:,} | {one['wrong_of_answered_at_most']:.1e} | {one['recall']:.3f}"
        lines.append(f"| {name} | {one['cpu']:.1f} | {one['wall']:.1f} | {one['peak_gb']:.2f} | {counted} |")
    lines += [
        "",
        "Splink's thresholds were chosen on another seed. CPU of Spark is that of Python alone; its Java runs in a process of its own and is in the wall time.",
        "",
        "![Precision against recall](pictures/matching-precision.svg)",
    ]
    return "\n".join(lines)


def ledger(run: dict[str, Any], flips: dict[str, Any]) -> str:
    """The ledger on both stores beside its peers, then what altered bytes showed."""
    ours, theirs, machine, sizes = run["figures"], run["peers"], run["machine"], run["figures"]["sizes"]
    merkle, chain = theirs["pymerkle"], theirs["chained"]
    stores = (ours, ours["postgres"])
    rows: list[tuple[str, str, list[str]]] = [
        ("bulk, openings sealed, entries a second", "100,000; 40,000", [f"{one['append']['rows_a_second']:,.0f}" for one in stores]),
        ("one entry, median ms", "5", [f"{one['alone']['median_ms']:.1f}" for one in stores]),
        ("one act with its opening, median ms", "5", [f"{one['acts']['median_ms']:.1f}" for one in stores]),
        (
            f"{sizes['clients']} clients, entries a second",
            "5,000; 2,500",
            [f"{one['clients']['entries']['a_second']:,.0f}" for one in stores],
        ),
        ("the same with a row of state each", "", [f"{one['clients']['entries and state']['a_second']:,.0f}" for one in stores]),
        (f"verify {ours['verify']['entries']:,} entries, s", "30 for a million", [f"{one['verify']['seconds']:.1f}" for one in stores]),
        (
            f"{sizes['account']} entries with proofs among {sizes['far']:,}, ms",
            "100",
            [f"{one['far']['account_ms']:.0f}" for one in stores],
        ),
    ]
    return "\n".join([
        f"`python benchmarks/ledger.py --json`, {machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"load {machine['load_before']} before and {machine['load_after']} after.",
        "",
        f"- Appending takes {run['ratios']['append_over_chained_table']:.2f} times what a hash-chained table in SQLite takes, which has no proofs "
        f"({chain['microseconds_a_row']:.1f} µs a row). To show one row, the chain is read again: {run['ratios']['reading_the_chain_over_one_proof']:,.0f} times a proof.",
        f"- pymerkle 7 (GPL; no signatures, no openings): {merkle['rows_a_second']:,.0f} rows a second at once, {merkle['alone_median_ms']:.1f} ms one, "
        f"{merkle['proof_ms']:.0f} ms a proof; a proof here {ours['prove']['make, anywhere, ms']:.1f} ms.",
        "",
        "| | aim | SQLite | PostgreSQL |",
        "|---|--:|--:|--:|",
        *(f"| {name} | {aim} | {' | '.join(both)} |" for name, aim, both in rows),
        "",
        f"`python evaluation/flips.py --flips {flips['flips']} --seed {flips['seed']}`: of {flips['flips']:,} bytes and rows altered at random, each of "
        f"{len(flips['classes'])} classes of thing among them, {flips['found']:,} were found and {flips['named']:,} named.",
    ])  # fmt: skip


def fill(page: str, mark: str, text: str) -> str:
    """The page with what stands between two marks replaced."""
    pattern = rf"(<!-- {mark}: begin[^\n]*-->\n).*?(\n?<!-- {mark}: end -->)"
    filled, count = re.subn(pattern, lambda found: f"{found[1]}\n{text}\n\n{found[2].lstrip()}", page, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"the page has no place for {mark}")
    return filled


def _run(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def main() -> None:
    """Fill the pages."""
    told = {
        "performance.md": {
            "benchmarks": passage(_run("passage")),
            "evaluation": errors(_run("sample")),
            "ledger": ledger(_run("ledger"), _run("flips")),
        },
        "matching.md": {
            "leave-out": leave_out(_run("leave-out-final"), _run("leave-out-development")),
            "pseudopeople": pseudopeople(_run("pseudopeople")),
            "match": match(_run("match")),
            "peers": peers(_run("peers")),
        },
    }
    for name, texts in told.items():
        page = (DOCS / name).read_text()
        for mark, text in texts.items():
            page = fill(page, mark, text)
        (DOCS / name).write_text(page)


if __name__ == "__main__":
    main()
