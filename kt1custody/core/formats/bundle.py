"""What files of a bundle are called, and the list of their sums. Format: `.docs/formats.md` §10."""

from collections.abc import Mapping

from kt1custody.core.formats.tree import WIDTH

SUMS = "SHA256SUMS"
POLICY = "policy.tlog-policy"


def tile_path(number: int, width: int = WIDTH) -> str:
    """Name a tile below its level, or an entry bundle below `tile/entries/` (C2SP tlog-tiles)."""
    groups = []
    rest = number
    while True:
        rest, group = divmod(rest, 1000)
        groups.append(f"{group:03d}")
        if rest == 0:
            break
    name = "/".join([f"x{group}" for group in groups[:0:-1]] + [groups[0]])
    return name if width == WIDTH else f"{name}.p/{width}"


def encode_sums(sums: Mapping[str, str]) -> bytes:
    """Encode the list of sums.

    Args:
        sums: Name of each file → its SHA-256 in hex.
    """
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


def read_sums(unverified: bytes) -> tuple[dict[str, str], bool]:
    """Read a list of sums.

    Returns:
        Name → sum, as far as it can be read; and whether it is in its one form and not empty.
    """
    try:
        lines = unverified.decode().splitlines()
    except UnicodeDecodeError:
        return {}, False
    sums = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        sums[name] = digest
    return sums, bool(sums) and encode_sums(sums) == unverified
