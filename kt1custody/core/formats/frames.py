"""Records one after the other in a file: each behind its length, big endian.

Entry bundles hold entries so; files of acts and receipts begin with a line that says which they are.
"""

from kt1custody.errors import MalformedInputError

ACTS, RECEIPTS = b"kt1-acts/1\n", b"kt1-receipts/1\n"
_LENGTH = 2  # bytes


def frame(raw: bytes, *, length: int = _LENGTH) -> bytes:
    """Encode a record behind its length.

    Args:
        length: Bytes of the length.
    """
    return len(raw).to_bytes(length, "big") + raw


def split(content: bytes, *, begin: int = 0, most: int | None = None) -> tuple[list[bytes], int]:
    """Take records apart.

    Args:
        begin: Where the first one begins.
        most: How many are wanted at most.

    Returns:
        All whole ones, and where they end.
    """
    records, at = list[bytes](), begin
    while at + _LENGTH <= len(content) and (most is None or len(records) < most):
        end = at + _LENGTH + int.from_bytes(content[at : at + _LENGTH], "big")
        if end > len(content):
            break
        records.append(content[at + _LENGTH : end])
        at = end
    return records, at


def unframe(content: bytes) -> list[bytes]:
    """Take apart what holds whole records alone.

    Raises:
        MalformedInputError: `bundle-file`: a length that does not fit.
    """
    records, end = split(content)
    if end != len(content):
        raise MalformedInputError("bundle-file")
    return records
