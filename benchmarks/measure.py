"""A stage in a process of its own → wall time, CPU time and peak memory of that stage and of nothing else; and what machine it was.

A benchmark is a file with functions named as its stages, each from keyword arguments to a dictionary of plain values. ``stage`` runs
one in a fresh process, so that memory which one stage needed is not counted for the next. ``Steps`` looks inside a stage, by
wrapping functions of the program from outside: the program itself holds no timers. Linux only (``/proc``, ``wait4``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PACKAGES = ("privity", "polars", "duckdb", "cedarpy", "cryptography", "pyarrow", "pyrage", "usaddress", "pandas", "splink", "pyspark")


def stage(script: str, name: str, **given: object) -> dict[str, Any]:
    """Run a stage; what it returned, with ``wall`` and ``cpu`` in seconds and ``peak_gb``.

    Raises:
        SystemExit: the stage failed; its own words are on standard error.
    """
    command = [sys.executable, script, "--stage", name, "--given", json.dumps(given, default=str)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        said = child.stdout.read() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if child.returncode:
        raise SystemExit(f"the stage {name} failed")
    found = json.loads(said.splitlines()[-1])
    peak = max(used.ru_maxrss / 2**20, found.pop("peak_gb", 0.0))
    return {"wall": round(wall, 3), "cpu": round(used.ru_utime + used.ru_stime, 3), "peak_gb": round(peak, 3), **found}


def command_line(doc: str | None, stages: Mapping[str, Callable[..., dict[str, Any]]]) -> argparse.Namespace:
    """The options of every benchmark. In a child process: run the stage, print what it found, and end."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute; its figures show that it runs and no more")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--place", type=Path, help="folder for generated data; kept, and used again")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    parser.add_argument("--given", default="{}", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        print(json.dumps(stages[given.stage](**json.loads(given.given)), default=str))
        sys.exit()
    return given


def machine() -> dict[str, Any]:
    """CPU, cores, memory, system and versions; and the load, because a shared machine is a slow one."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    total = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(total / 2**20, 1),
        "system": platform.release(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in PACKAGES if find_spec(name)},
        "load_before": round(os.getloadavg()[0], 2),
    }


def report(
    found: dict[str, Any],
    tables: Callable[[dict[str, Any]], Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]],
    *,
    as_json: bool,
) -> None:
    """Print a benchmark's object, or its tables."""
    found["machine"]["load_after"] = round(os.getloadavg()[0], 2)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for title, headings, rows in tables(found):
        print(f"\n{title}\n")
        cells = [tuple(headings), *(tuple(map(_cell, row)) for row in rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
        for row in cells:
            aligned = (text.rjust(width) if i else text.ljust(width) for i, (text, width) in enumerate(zip(row, widths, strict=True)))
            print("  " + "  ".join(aligned))
    about = found["machine"]
    print(f"\n{about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB")
    print(f"load {about['load_before']} before, {about['load_after']} after")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 100 else f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


# ---------------------------------------------------------------- inside a stage


class Steps:
    """Time, CPU time and peak memory by step within one process: a step's own, without the steps inside it.

    ``peak_gb`` of a step is the highest that the whole process held while the step ran, whatever was held before it began.
    """

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)
        self.peak: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._mark = (time.perf_counter(), time.process_time())

    def wrap(self, module: object, name: str, step: str) -> None:
        """Count every call of a module's function as this step."""
        inner = getattr(module, name)

        def timed(*args: Any, **named: Any) -> Any:
            with self.step(step):
                return inner(*args, **named)

        setattr(module, name, timed)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what runs inside as this step."""
        self._book()
        self._running.append(name)
        try:
            yield
        finally:
            self._book()
            self._running.pop()

    def _book(self) -> None:
        now = (time.perf_counter(), time.process_time())
        if self._running:
            name = self._running[-1]
            self.wall[name] += now[0] - self._mark[0]
            self.cpu[name] += now[1] - self._mark[1]
            self.peak[name] = max(self.peak[name], _highest())
        self._mark = now

    def found(self) -> dict[str, Any]:
        """By step, in order; ``peak_gb`` beside them, of all."""
        rows = {
            name: {"wall": round(self.wall[name], 3), "cpu": round(self.cpu[name], 3), "peak_gb": round(self.peak[name], 3)}
            for name in self.wall
        }
        return {"steps": rows, "peak_gb": round(max(self.peak.values(), default=0.0), 3)}


def _highest() -> float:
    """The most that this process held since the last call, in GB; and begin anew."""
    highest = next(int(line.split()[1]) for line in _lines("/proc/self/status") if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return highest / 2**20
