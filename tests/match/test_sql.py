"""match.sql is one file for every engine: it must parse, and must translate to Spark as it stands."""

from __future__ import annotations

import pytest
import sqlglot

from privity.match.queries import CANDIDATES, QUERIES


def test_the_queries_are_these() -> None:
    assert len(CANDIDATES) == 8
    assert set(QUERIES) - set(CANDIDATES) == {"near", "judged", "held", "names", "births", "people", "known", "written", "namesakes"}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_translates_to_spark(name: str) -> None:
    (spark,) = sqlglot.transpile(QUERIES[name], read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark").sql("duckdb") == sqlglot.parse_one(QUERIES[name], read="duckdb").sql("duckdb")


@pytest.mark.parametrize("name", QUERIES)
def test_joins_are_equalities(name: str) -> None:
    for join in sqlglot.parse_one(QUERIES[name], read="duckdb").find_all(sqlglot.exp.Join):
        condition = join.args["on"]
        assert not list(condition.find_all(sqlglot.exp.Or, sqlglot.exp.Levenshtein, sqlglot.exp.LT, sqlglot.exp.GT)), name
        assert condition.find(sqlglot.exp.EQ)
