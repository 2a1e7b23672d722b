"""The bytes of a workbook (a zip archive) into its parts, each unpacked no further than it declared.

What stands between a small file and a full memory. The spreadsheet library trusts the archive; this looks at it first: the sizes it
declares, whether each part really is of that size (APPNOTE 4.4; a part that goes on after its declared end is a lie), parts of one name.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 4 << 30  # all parts, unpacked
MOST_PARTS: Final = 10_000
FULL: Final = 200  # times larger unpacked than packed …
SUSPECT: Final = 256 << 20  # … above this
STEP: Final = 1 << 18
_LOCAL_HEADER: Final = 30
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class Archive:
    """The parts of a zip archive in memory, by name."""

    data: bytearray = field(repr=False)
    parts: dict[str, zipfile.ZipInfo]

    def read(self, name: str) -> bytes:
        """One part, whole; empty if there is none."""
        return b"".join(self.chunks(name)) if name in self.parts else b""

    def chunks(self, name: str) -> Iterator[bytes]:
        """One part, piece by piece, checked against its declared size and checksum.

        Raises:
            InputError: it is damaged, or larger than declared.
        """
        part = self.parts[name]
        size = checksum = 0
        for piece in self._unpacked(part):
            size, checksum = size + len(piece), zlib.crc32(piece, checksum)
            if size > part.file_size:
                raise damaged()
            yield piece
        if size != part.file_size or checksum != part.CRC:
            raise damaged()

    def _unpacked(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(part)
        if part.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(packed[at : at + STEP]) for at in range(0, len(packed), STEP))
            return
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for at in range(0, len(packed), STEP):
                rest = bytes(packed[at : at + STEP])
                while rest and not engine.eof:
                    yield engine.decompress(rest, STEP)
                    rest = engine.unconsumed_tail
            yield engine.flush()
        except zlib.error as error:
            raise damaged() from error
        if not engine.eof:
            raise damaged()

    def _packed(self, part: zipfile.ZipInfo) -> memoryview:
        head = self.data[part.header_offset : part.header_offset + _LOCAL_HEADER]
        if len(head) < _LOCAL_HEADER or not head.startswith(b"PK\x03\x04"):
            raise damaged()
        start = part.header_offset + _LOCAL_HEADER + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        return memoryview(self.data)[start : start + part.compress_size]


def damaged() -> InputError:
    """A workbook that is truncated, damaged, or not what it declares."""
    return InputError("the workbook is truncated or damaged", remedy="copy it again and compare its SHA-256 with the sender's")


def open_archive(data: bytearray) -> Archive:
    """The archive, if what it declares is something a batch may hold.

    Raises:
        InputError: truncated, protected, packed in a way that workbooks are not, or too large.
    """
    try:
        infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise damaged() from error
    _bounded(infos, len(data))
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise InputError(
            "the workbook is protected by a password", remedy="ask the sender for an unprotected copy over a protected channel"
        )
    if any(info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for info in infos):
        raise damaged()
    return Archive(data, {info.filename: info for info in infos})


def _bounded(infos: list[zipfile.ZipInfo], packed: int) -> None:
    size = sum(info.file_size for info in infos)
    if len({info.filename.casefold() for info in infos}) < len(infos):
        raise damaged()
    if size > MOST_BYTES or len(infos) > MOST_PARTS or (size > SUSPECT and size > FULL * packed):
        raise InputError("the workbook unpacks to more than a batch may hold", remedy="ask the sender for a CSV or Parquet file")
