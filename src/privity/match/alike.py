"""Short names and the first names that they stand for: Bill and William, Pepe and José.

English ones from the ``nicknames`` package (Apache-2.0); the Spanish ones below are common knowledge. A pair says that one may be written
for the other, never that two people are one: a short name is a slip, and match.sql says what must agree beside it.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import polars as pl
from nicknames import NickNamer

SPANISH = {
    "ALEJANDRO": "ALEX JANO", "ALBERTO": "BETO TITO", "ANTONIO": "TONO TONI", "BEATRIZ": "BETTY BETI", "CARLOS": "CALI CHARLY",
    "CONCEPCION": "CONCHA CONCHITA", "CONSUELO": "CHELO", "DOLORES": "LOLA LOLITA", "EDUARDO": "LALO EDU", "ENRIQUE": "QUIQUE KIKE",
    "ERNESTO": "NETO", "FERNANDO": "NANDO FER", "FRANCISCA": "PAQUITA PACA", "FRANCISCO": "PACO PANCHO CURRO KIKO", "GABRIELA": "GABY GABI",
    "GERARDO": "LALO", "GRACIELA": "CHELA", "GREGORIO": "GOYO", "GUADALUPE": "LUPE LUPITA", "GUILLERMO": "MEMO GUILLE", "IGNACIO": "NACHO",
    "ISABEL": "CHABELA ISA", "JESUS": "CHUY CHUCHO", "JOAQUIN": "QUINO", "JOSE": "PEPE CHEPE", "JOSEFINA": "PEPITA FINA",
    "JUAN": "JUANCHO JUANITO", "LUIS": "LUCHO", "MANUEL": "MANOLO MENO", "MARIA": "MARI", "MERCEDES": "MECHE", "MIGUEL": "MIKE MIGUE",
    "PEDRO": "PERICO",    "RAFAEL": "RAFA RAFI", "RAMON": "MONCHO", "REFUGIO": "CUCA CUCO",
    "ROBERTO": "BETO TITO", "ROSARIO": "CHAYO", "SALVADOR": "CHAVA",
    "SANTIAGO": "SANTI CHAGO", "SERGIO": "CHECO", "SOCORRO": "COCO", "TERESA": "TERE", "VICENTE": "CHENTE", "VICTOR": "VICO",
}  # fmt: skip


@cache
def alike() -> pl.DataFrame:
    """``called``, ``name``: both ways round, in capitals, a row for each pair; ``only``: 1 if the short name stands for that name alone.

    Chris is Christopher and Christine, who may be twins: without a number, such a short name says too little.
    """
    pairs = {(short.upper(), name.upper()) for name, shorts in NickNamer.default_lookup().items() for short in shorts}
    pairs |= {(short, name) for name, shorts in SPANISH.items() for short in shorts.split()}
    stands_for = Counter(short for short, name in pairs if short != name)
    rows = {(one, other): int(stands_for[short] == 1) for short, name in sorted(pairs) for one, other in ((short, name), (name, short))}
    both = [(one, other, only) for (one, other), only in sorted(rows.items()) if one != other]
    return pl.DataFrame(both, schema={"called": pl.String(), "name": pl.String(), "only": pl.Int32()}, orient="row")
