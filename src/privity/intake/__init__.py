"""Bytes into a batch of requests and defects, and the same rows back out with columns added.

``read`` reads a file; ``columns`` maps its headings; ``envelope`` reads and verifies what came with it; ``answer_sheet`` writes it back.
No legal opinions here: intake says what was sent and what could not be read.
"""

from __future__ import annotations

from privity.intake.columns import Mapping, propose
from privity.intake.grid import OtherSheet
from privity.intake.read import Batch, SourceFile, read

__all__ = ["Batch", "Mapping", "OtherSheet", "SourceFile", "propose", "read"]
