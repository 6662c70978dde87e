"""How an office's sheet looks, so that what goes back to it looks the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Area = tuple[int, int, int, int]  # first column, first row, last column, last row; the first is 1


@dataclass(slots=True)
class Look:
    """The look of a sheet; untrusted.

    Attributes:
        styles_part: The part of styles as it is in the file, or empty.
        styles: Number of the style of each cell, by row.
        widths: In characters, by column (the first is 0).
        heights: In points, by row.
        merged: Areas.
    """

    styles_part: bytes = b""
    styles: dict[int, Sequence[int]] = field(default_factory=dict)
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merged: Sequence[Area] = ()
