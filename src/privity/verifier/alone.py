"""The verifier → one file that a clerk can copy and run: ``python3 verifier.pyz EXPORT --vkey KEY``.

A zip archive that Python runs. The same sources give the same bytes, so that two people can compare its SHA-256 over the telephone.
"""

from __future__ import annotations

import io
import zipfile
from importlib import resources

_FIRST = b"#!/usr/bin/env python3\n"
_BEGIN = "from privity.verifier.__main__ import main\n\nmain()\n"
_NEVER = (1980, 1, 1, 0, 0, 0)  # a zip archive's first day, for every file of it


def one_file() -> bytes:
    """The bytes of the file."""
    here = resources.files("privity.verifier")
    modules = {one.name: one.read_text() for one in here.iterdir() if one.name.endswith(".py")}
    content = {f"privity/verifier/{name}": text for name, text in modules.items()} | {"__main__.py": _BEGIN, "privity/__init__.py": ""}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(content):
            archive.writestr(zipfile.ZipInfo(name, _NEVER), content[name])
    return _FIRST + buffer.getvalue()
