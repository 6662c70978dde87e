"""The one codec for everything that is hashed or signed: strict, deterministic CBOR.

**Rule:** one value has one spelling. `decode` accepts exactly the bytes that `encode` writes, so
duplicate keys, long integers, indefinite lengths and trailing bytes are refused.
Format: `.docs/formats.md` §1 (RFC 8949 §4.2.1, text keys only, no floats, no tags).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cbor2

from kt1custody.errors import MalformedInputError

Plain = int | str | bytes | bool | None
Value = Plain | Sequence["Value"] | Mapping[str, "Value"]

MAX_DEPTH = 8
_LOW, _HIGH = -(2**63), 2**63 - 1
_LEAVES = frozenset({str, bytes, bool, type(None)})


class _NoTags(dict[int, Callable[..., None]]):
    """Refuses every tag: some name what was read before, so few bytes could hold a world."""

    def __missing__(self, tag: int) -> Callable[..., None]:
        raise ValueError(tag)


_NO_TAGS = _NoTags()


def encode(value: Value) -> bytes:
    """Spell a value.

    Args:
        value: Built of exact types: dict with text keys, list or tuple, int of 64 bits, str,
            bytes, bool, None; at most 8 deep.

    Raises:
        ValueError: The value is not of these types: a programmer's mistake.
    """
    fault = _fault(value, MAX_DEPTH)
    if fault:
        msg = f"not encodable: {fault}"
        raise ValueError(msg)
    return cbor2.dumps(value, canonical=True)


def decode(unverified: bytes, *, what: str = "cbor") -> Value:
    """Read one value that fills the bytes exactly.

    Args:
        unverified: Untrusted bytes; the caller has limited their length.
        what: Names the thing in the error.

    Raises:
        MalformedInputError: `not-canonical`, with `what`; not the bytes that `encode` writes.
    """
    try:
        value = cbor2.loads(
            unverified, semantic_decoders=_NO_TAGS, max_depth=MAX_DEPTH, strict_hashable_types=True
        )
        # Of values of our types, only maps with their keys in order are written as they stand.
        if _fault(value, MAX_DEPTH, is_sorted=True) is None and cbor2.dumps(value) == unverified:
            return value  # type: ignore[no-any-return]  # walked just above
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        pass
    raise MalformedInputError("not-canonical", what=what)


def _fault(value: Any, depth: int, *, is_sorted: bool = False) -> str | None:  # noqa: ANN401
    """Say what is not allowed in a value, or None; exact types, so a bool is never an integer.

    Args:
        is_sorted: The keys of maps must stand in their order.
    """
    if depth == 0:
        return "too deep"
    kind = type(value)
    if kind is dict:
        fault = _keys_fault(tuple(value), is_sorted)
        return fault or _parts_fault(value.values(), depth, is_sorted=is_sorted)
    if kind is list or kind is tuple:
        return _parts_fault(value, depth, is_sorted=is_sorted)
    if kind is int:
        return None if _LOW <= value <= _HIGH else "integer out of range"
    return None if kind in _LEAVES else f"type {kind.__name__}"


def _parts_fault(parts: Iterable[Any], depth: int, *, is_sorted: bool) -> str | None:
    for part in parts:
        kind = type(part)
        # Most parts are leaves; asking here saves a call for each.
        if depth > 1 and (kind in _LEAVES or (kind is int and _LOW <= part <= _HIGH)):
            continue
        fault = _fault(part, depth - 1, is_sorted=is_sorted)
        if fault:
            return fault
    return None


@lru_cache(maxsize=128)  # all maps of one type have the same keys
def _keys_fault(keys: tuple[Any, ...], is_sorted: bool) -> str | None:
    """Say what is wrong with the keys of a map, whose order is that of their encoded bytes."""
    if any(type(key) is not str for key in keys):
        return "key is not text"
    in_order = sorted(keys, key=lambda key: (len(key.encode()), key))
    return "keys out of order" if is_sorted and [*keys] != in_order else None
