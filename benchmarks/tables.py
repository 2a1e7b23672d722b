"""Full runs in ``results/`` → the tables of docs/performance.md, so that no figure there is written by hand.

python benchmarks/passage.py --json > benchmarks/results/passage.json
python evaluation/sample.py --json > benchmarks/results/sample.json
python benchmarks/tables.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


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


def fill(page: str, mark: str, text: str) -> str:
    """The page with what stands between two marks replaced."""
    pattern = rf"(<!-- {mark}: begin[^\n]*-->\n).*?(\n<!-- {mark}: end -->)"
    filled, count = re.subn(pattern, lambda found: f"{found[1]}\n{text}\n{found[2]}", page, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"docs/performance.md has no place for {mark}")
    return filled


def main() -> None:
    """Fill the page."""
    page = PAGE.read_text()
    page = fill(page, "benchmarks", passage(json.loads((RESULTS / "passage.json").read_text())))
    page = fill(page, "evaluation", errors(json.loads((RESULTS / "sample.json").read_text())))
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
