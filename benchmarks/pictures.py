"""Full runs in ``results/`` → the pictures of docs/matching.md: cost growth, precision against recall, where rows end up.

python benchmarks/pictures.py

Needs results/match.json, results/peers.json and results/leave-out-final.json (see tables.py for the commands that make them).
The same results give the same files, byte for byte.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams.update(
    {"svg.hashsalt": "privity", "svg.fonttype": "none", "font.family": "sans-serif", "axes.spines.top": False, "axes.spines.right": False}
)
import matplotlib.pyplot as plt  # noqa: E402 - the backend is chosen first

RESULTS = Path(__file__).parent / "results"
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
INK, GREY, RIGHT, WRONG, OPEN = "#1b1b1b", "#8a8a8a", "#2e6f9e", "#b5462f", "#d9d9d9"
KINDS = {
    "same": "held, own address",
    "moved": "held, another address",
    "filler-address": "held, no address",
    "borrowed-tin": "held, somebody's number",
    "relative": "relative, not held",
    "stranger": "stranger, not held",
}


def growth(run: dict[str, Any]) -> plt.Figure:
    """Processor time and memory against the size of the register; the bare joins beside."""
    figures, peers = run["figures"], run["peers"]
    sizes = {name: int(name) for name in map(str, figures["sizes"]["registers"])} | {"again": figures["again"]["rows"]}
    millions = [rows / 1e6 for rows in sizes.values()]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(millions, [figures[name]["identify"]["cpu"] for name in sizes], "o-", color=RIGHT, label="matching, all of it")
    left.plot(millions, [peers[name]["joins"]["cpu"] for name in sizes], "s--", color=GREY, label="its joins alone")
    left.set(xlabel="register, millions of rows", ylabel="CPU seconds", title=f"{figures['sizes']['requests'] / 1e6:g} million requests")
    left.legend(frameon=False)
    right.plot(millions, [figures[name]["identify"]["peak_gb"] for name in sizes], "o-", color=RIGHT)
    right.axhline(run["aims"]["peak_gb"], color=GREY, linestyle=":")
    right.annotate("aim", (millions[-1], run["aims"]["peak_gb"]), color=GREY, va="bottom", ha="right")
    right.set(xlabel="register, millions of rows", ylabel="peak memory, GB", title="most memory of the process")
    for axes in (left, right):
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
    return figure


def precision(run: dict[str, Any]) -> plt.Figure:
    """Wrong answers in a million against recall: each rule, both operating points, each peer. No wrong answer is drawn at the bottom."""
    figure, axes = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
    floor = 0.5
    for label, points, colour, mark in _drawn(run):
        recalls = [point["recall"] for point in points]
        wrong = [max(floor, 1e6 * point["wrong"] / max(1, point["answered"])) for point in points]
        axes.plot(recalls, wrong, mark + ("-" if len(points) > 1 else ""), color=colour, label=label)
        turned = 50 if wrong[-1] == floor else 0  # many lie side by side on the floor
        axes.annotate(label, (recalls[-1], wrong[-1]), xytext=(2, 6), textcoords="offset points", fontsize=8, color=colour, rotation=turned)
    axes.set_yscale("log")
    axes.axhline(floor, color=OPEN, zorder=0)
    axes.annotate("none wrong", (1, floor), color=GREY, va="top", ha="right", fontsize=8)
    axes.set(xlabel="recall: share of those held who were rightly named", ylabel="wrong answers in a million answers", xlim=(0, 1))
    return figure


def _drawn(run: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]], str, str]]:
    told = run["figures"]["told"]
    rules = told["Privity, bounded"]["by_rule"]
    found = [(name, [rules[name]], GREY, ".") for name in rules]
    found += [(name, [told[name]], RIGHT, "o") for name in ("Privity, strict", "Privity, bounded")]
    found += [(name, [one], WRONG, "^") for name, one in told.items() if not name.startswith(("Privity", "Splink"))]
    curve = [row for row in run["figures"]["curve"] if row["margin"] == 0 and row["answered"]]
    return [*found, ("Splink, by weight", curve[::-1], WRONG, "^")]


def ends(run: dict[str, Any]) -> plt.Figure:
    """Where the rows of each kind end up, at the strict point and at the bounded one."""
    figure, panels = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained", sharey=True)
    for axes, point in zip(panels, run["figures"]["points"], strict=True):
        kinds = run["figures"][point]["whole"]["by_kind"]
        for place, (kind, label) in enumerate(reversed(KINDS.items())):
            _bar(axes, place, kinds[kind])
            axes.text(
                -0.02, place, label, ha="right", va="center", fontsize=8, transform=axes.get_yaxis_transform()
            ) if point == "strict" else None
        axes.set(title=point, xlim=(0, 1), yticks=[], xlabel="share of the requests")
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in (RIGHT, WRONG, OPEN, "#f4f4f4")]
    figure.legend(
        handles,
        ["named rightly", "named wrongly", "looked up, nobody named", "never looked up"],
        loc="outside lower center",
        ncols=4,
        frameon=False,
    )
    return figure


def _bar(axes: plt.Axes, place: int, one: dict[str, Any]) -> None:
    right = one["answered"] - one["wrong"]
    start = 0.0
    for count, colour in (
        (right, RIGHT),
        (one["wrong"], WRONG),
        (one["judged"] - one["answered"], OPEN),
        (one["asked"] - one["judged"], "#f4f4f4"),
    ):
        axes.barh(place, count / one["asked"], left=start, color=colour, height=0.7)
        start += count / one["asked"]


def main() -> None:
    """Draw them."""
    PICTURES.mkdir(exist_ok=True)
    for name, draw, source in (("growth", growth, "match"), ("precision", precision, "peers"), ("ends", ends, "leave-out-final")):
        figure = draw(json.loads((RESULTS / f"{source}.json").read_text()))
        figure.savefig(PICTURES / f"matching-{name}.svg", metadata={"Date": None})
        plt.close(figure)


if __name__ == "__main__":
    main()
