"""A grid and a mapping into requests and defects.

Each cell of a mapped column becomes text that means what it says, or null and a defect that names row, field and kind and never the
content. The only repair is a ZIP code that a spreadsheet robbed of its zeros, and only with proof: padded, it exists, in the state and
city that the same row states; the repair is recorded. Nothing here knows the law or judges a request; an odd name is not a defect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import zipcodes

from privity.fields.zips import city_name
from privity.intake import grid
from privity.intake.days import read_days
from privity.terms import Defects, Requests

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from privity.intake.grid import Grid
    from privity.terms import Column

LONGEST: Final = 10_000  # characters of one cell
EXACT: Final = 15  # digits that a number cell holds
HALF: Final = 4  # digits at most of a five-digit ZIP code that lost its zeros

#: Kinds that say something of a row or a cell and take nothing away from it.
REMARKS: Final = frozenset({"hidden-row", "hidden-column", "duplicate-id", "lost-zeros-repaired", "blank-row"})

#: Kinds that make a whole row unreadable: it is counted, and every cell of it is null.
WHOLE_ROW: Final = frozenset({"ragged-row", "wrong-encoding", "malformed-row"})

_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe]"  # with what turns text round on a screen
_SCIENTIFIC: Final = r"^[+-]?\d(\.\d+)?[eE][+-]?\d{2,3}$"
_FIELDS: Final = ("ordinal", "row", "field", "kind")


def read_cells(cells: Grid, where: Mapping[str, int], columns: Sequence[Column], day_order: str = "") -> tuple[Requests, Defects]:
    """Requests with one text column for each column of the vocabulary, and what could not be read.

    ``where``: column → position in the grid; a column without one is all null.
    """
    reading = _Reading(cells, where, columns)
    reading.unreadable_cells()
    reading.texts()
    for column in columns:
        if column.name in where and column.kind == "day":
            reading.days(column.name, day_order)
        elif column.name in where and column.kind == "zip":
            reading.zips(column.name)
    reading.numbers({column.name: column.digits for column in columns if column.digits and column.name in where})
    reading.rows()
    reading.duplicates()
    return reading.requests(columns), reading.defects(columns)


class _Reading:
    """Cells on their way: one frame, worked on column by column, and the defects found so far."""

    def __init__(self, cells: Grid, where: Mapping[str, int], columns: Sequence[Column]) -> None:
        self.cells = cells
        self.where = {column.name: where[column.name] for column in columns if column.name in where}
        self.frame = pl.DataFrame([cells.cells[str(at)].alias(name) for name, at in self.where.items()])
        self.found: list[pl.DataFrame] = []

    def nature(self, name: str) -> pl.Series | None:
        return self.cells.natures.get(str(self.where[name]))

    def natured(self, name: str) -> pl.Series:
        """The nature of each cell of a column."""
        nature = self.nature(name)
        return pl.repeat(grid.TEXT, self.frame.height, dtype=grid.NATURE, eager=True) if nature is None else nature

    def note(self, name: str, kind: str, which: pl.Series) -> None:
        """Record a defect of one kind in these rows of a column."""
        ordinals = which.arg_true().cast(pl.UInt32())
        if len(ordinals):
            said = pl.DataFrame({"ordinal": ordinals, "row": self.cells.rows.gather(ordinals)})
            self.found.append(said.select("ordinal", "row", field=pl.lit(name), kind=pl.lit(kind)))

    def spoil(self, name: str, kind: str, which: pl.Series) -> None:
        """The same, and take the cells away."""
        if which.any():
            self.note(name, kind, which)
            self.put(name, pl.DataFrame({"t": self.frame[name], "w": which}).select(pl.when(~pl.col("w")).then("t")).to_series())

    def put(self, name: str, cells: pl.Series) -> None:
        self.frame = self.frame.with_columns(cells.alias(name))

    # ------------------------------------------------------------ every column

    def unreadable_cells(self) -> None:
        """Formulas, errors, merged and nested cells."""
        for name in self.where:
            nature = self.nature(name)
            if nature is not None and (nature >= grid.UNREADABLE).any():
                for code, kind in grid.KINDS.items():
                    self.spoil(name, kind, nature == code)

    def texts(self) -> None:
        """Too long, control characters, scientific notation; blanks trimmed; empty is null. Asked of all columns at once."""
        every = pl.col(pl.String())
        asks = {
            "long": every.str.len_bytes() > LONGEST,
            "control": every.str.contains(_CONTROL),
            "trim": every != every.str.strip_chars(),
            "empty": every == "",
            "science": every.str.contains(_SCIENTIFIC),
        }
        if not self.frame.height:
            return
        answers = {ask: self.frame.select(test.fill_null(value=False).any()).row(0, named=True) for ask, test in asks.items()}
        for name in self.where:
            if answers["long"][name]:
                self.spoil(name, "too-long", (self.frame[name].str.len_chars() > LONGEST).fill_null(value=False))
            if answers["control"][name]:
                self.spoil(name, "control-characters", self.frame[name].str.contains(_CONTROL).fill_null(value=False))
            if answers["trim"][name]:
                self.put(name, self.frame[name].str.strip_chars())
            if answers["trim"][name] or answers["empty"][name]:
                self.put(name, self.frame.select(pl.when(pl.col(name) != "").then(name)).to_series())
            if answers["science"][name] or answers["trim"][name]:
                self.spoil(name, "scientific-notation", self.frame[name].str.contains(_SCIENTIFIC).fill_null(value=False))
            self._digits(name)

    def _digits(self, name: str) -> None:
        """A number cell holds fifteen digits; the rest of a longer number is gone."""
        nature = self.nature(name)
        if nature is not None and self.cells.format in {"xlsx", "ods"}:
            long = self.frame[name].str.len_chars() > EXACT
            self.spoil(
                name,
                "lost-digits",
                (long & (nature == grid.NUMBER) & ~self.frame[name].str.contains(".", literal=True)).fill_null(value=False),
            )

    # ------------------------------------------------------------ columns of one kind

    def days(self, name: str, order: str) -> None:
        """Dates: distinct cells are few, so those are read and put back."""
        cells = pl.DataFrame({"text": self.frame[name], "nature": _plain_nature(self.natured(name))})
        read = read_days(cells.drop_nulls("text"), order)
        back = cells.join(read, on=["text", "nature"], how="left", maintain_order="left")
        self.put(name, back["value"])
        for kind in read["kind"].drop_nulls().unique().sort():
            self.note(name, kind, (back["kind"] == kind).fill_null(value=False))

    def zips(self, name: str) -> None:
        """ZIP codes: five digits or nine; what lost its zeros gets them back where the row itself proves it."""
        bare = self.frame.select(pl.col(name).str.replace(r"^(\d{5})[ -]?(\d{4})$", "$1-$2").alias("zip")).to_series()
        well = bare.str.contains(r"^\d{5}(-\d{4})?$")
        if well.fill_null(value=True).all():
            self.put(name, bare)
            return
        short = (bare.str.contains(r"^\d{3,4}$") | bare.str.contains(r"^\d{7,8}$")).fill_null(value=False)
        proved = self._proved(bare, short)
        self.put(name, proved.zip_with(proved.is_not_null(), bare) if proved.len() else bare)
        mended = proved.is_not_null()
        self.note(name, "lost-zeros-repaired", mended)
        self.spoil(name, "lost-zeros", short & ~mended)
        self.spoil(name, "not-a-zip", (~well & ~short).fill_null(value=False))

    def _proved(self, bare: pl.Series, short: pl.Series) -> pl.Series:
        """The padded ZIP code where it exists in the row's own state and city, otherwise null."""
        if not {"state", "city"} <= set(self.where):
            return pl.repeat(None, len(bare), dtype=pl.String(), eager=True)
        five = (
            pl.when(pl.col("zip").str.len_chars() <= HALF)
            .then(pl.col("zip").str.zfill(5))
            .otherwise(pl.col("zip").str.zfill(9).str.head(5))
        )
        frame = pl.DataFrame({"zip": bare, "short": short, "state": self.frame["state"], "city": self.frame["city"]}).with_row_index("i")
        asked = frame.filter("short").with_columns(
            five.alias("zip5"), city_name(pl.col("city")).alias("city"), pl.col("state").str.to_uppercase()
        )
        held = asked.join(_towns(), on=["zip5", "state", "city"], how="semi")
        whole = pl.when(pl.col("zip").str.len_chars() <= HALF).then("zip5").otherwise(pl.col("zip5") + "-" + pl.col("zip").str.tail(4))
        return frame.select("i").join(held.select("i", whole.alias("whole")), on="i", how="left", maintain_order="left")["whole"]

    def numbers(self, widths: Mapping[str, int]) -> None:
        """Numbers of a known width: fewer digits in a number cell mean lost zeros; in text, one or two fewer do."""
        for name, width in sorted(widths.items()):
            number = self.natured(name) == grid.NUMBER
            near, far = rf"^\d{{{width - 2},{width - 1}}}$", rf"^\d{{1,{width - 3}}}$"
            short = self.frame[name].str.contains(near) | (self.frame[name].str.contains(far) & number)
            self.spoil(name, "lost-zeros", short.fill_null(value=False))

    # ------------------------------------------------------------ rows

    def rows(self) -> None:
        """Rows that the reader could not read: every cell of them is null. Remarks on rows and on the file are passed on."""
        place = pl.DataFrame({"row": self.cells.rows}).with_row_index("ordinal")
        said = self.cells.marks.join(place, on="row", how="left", maintain_order="left")
        lost = said.filter(pl.col("kind").is_in(WHOLE_ROW))["ordinal"].drop_nulls().unique()
        if len(lost):
            gone = pl.repeat(value=False, n=self.frame.height, dtype=pl.Boolean(), eager=True).scatter(lost, True)
            self.frame = self.frame.select(pl.when(~gone).then(pl.all()))
            self.found = [part.join(lost.to_frame("ordinal"), on="ordinal", how="anti", maintain_order="left") for part in self.found]
        names = {str(at): name for name, at in self.where.items()}
        known = said.filter((pl.col("field") == "") | pl.col("field").is_in(list(names)))
        self.found.append(known.select("ordinal", "row", pl.col("field").replace(names), "kind"))

    def duplicates(self) -> None:
        """The second and later rows with one request_id; all are kept."""
        if "request_id" in self.where:
            ids = self.frame.select(again=pl.col("request_id").is_not_null() & ~pl.col("request_id").is_first_distinct())
            self.note("request_id", "duplicate-id", ids.to_series())

    def requests(self, columns: Sequence[Column]) -> Requests:
        ordinals = pl.int_range(0, self.frame.height, dtype=pl.UInt32(), eager=True).alias("ordinal")
        empty = pl.lit(None, dtype=pl.String())
        body = [pl.col(column.name) if column.name in self.where else empty.alias(column.name) for column in columns]
        return Requests(self.frame.with_columns(ordinals, self.cells.rows.alias("row")).select("ordinal", "row", *body))

    def defects(self, columns: Sequence[Column]) -> Defects:
        """In the order of the file: by row, then by column."""
        order = {"": 0} | {column.name: i for i, column in enumerate(columns, 1)}
        every = pl.concat([part.select(_FIELDS) for part in self.found]) if self.found else pl.DataFrame(schema=dict(Defects.SCHEMA))
        rank = pl.col("field").replace_strict(order, default=0, return_dtype=pl.Int64())
        return Defects(every.cast({"ordinal": pl.UInt32(), "row": pl.UInt32()}).sort(pl.col("row"), rank, "kind", nulls_last=False))


def _plain_nature(natures: pl.Series) -> pl.Series:
    """Text, a number, or a date: all that matters to how a date is read."""
    day = natures.is_in([grid.DAY, grid.INSTANT])
    return (
        pl.DataFrame({"n": natures, "d": day})
        .select(pl.when("d").then(grid.DAY).when(pl.col("n") < grid.UNREADABLE).then("n").otherwise(0))
        .to_series()
    )


def _towns() -> pl.DataFrame:
    """``zip5, state, city``: each ZIP code with the cities that the Postal Service accepts in it."""
    rows = [(z["zip_code"], z["state"], city) for z in zipcodes.list_all() for city in (z["city"], *(z["acceptable_cities"] or ()))]
    table = pl.DataFrame(rows, schema=["zip5", "state", "city"], orient="row")
    return table.with_columns(city=city_name(pl.col("city"))).unique(maintain_order=True)
