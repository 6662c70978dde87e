"""Who signed an act and on which device, judged by what the log says of them.

**Rule:** an act is judged by the roles of what its device had seen, so that a short time without
network costs nobody anything. That is lenient: whoever chooses an old `seen` keeps a role that he
has lost. So an act that comes late, from an unknown device, or whose `seen` went back is judged by
the roles of now as well. Source: `.docs/formats.md` §3 and §8.
"""

from collections.abc import Mapping, Sequence

from kt1custody.core.custody.frontier import next_counter
from kt1custody.core.custody.history import Book, proved_time
from kt1custody.core.log.act import Act
from kt1custody.core.log.keyring import (
    Control,
    Key,
    follows,
    is_assignable,
    is_nameable,
    is_rotatable,
)
from kt1custody.core.log.schema import SERVICE_KEYS


def faults(book: Book, act: Act, keys: Sequence[Key], seq: int, accepted_at: int) -> set[str]:
    """Judge the persons and the device of an act but the genesis; arguments as of `about`."""
    if act.seen is None:
        return set()
    told = about(book, act, keys, seq, accepted_at)
    return {code for code, persons in told.items() if persons}


def about(
    book: Book, act: Act, keys: Sequence[Key], seq: int, accepted_at: int
) -> Mapping[str, frozenset[str]]:
    """Name the persons and devices with whom something is wrong, by code.

    Args:
        book: The log before the act.
        keys: As `history.signing_keys` gives them.
        seq: Position of the act.
        accepted_at: The server's clock, Unix seconds UTC.
    """
    control = book.control
    moment = None if act.seen is None else book.moment(act.seen[0])
    begin = 0 if moment is None else proved_time(control, act, seq, moment[1])
    owners = {key.owner for key in keys}
    revoked = {key.owner for key in keys if key.kid in control.revoked}
    expired = {
        key.owner
        for key in keys
        if accepted_at < key.since or (key.until is not None and begin > key.until)
    }
    unknown = {act.dev} - {"server", *control.devices}
    # Nobody vouches for a revoked key where it takes two officers.
    is_alone = len(revoked) == len(keys) or "officer" in act.roles
    found = {
        "device-unknown": unknown,
        "on-hold": {act.dev, *owners} & control.holds.keys(),
        "key-revoked" if is_alone else "key-late": revoked,
        "key-expired": expired,
    }
    offline = control.policy_at(seq, accepted_at).max_offline
    is_late = moment is None or accepted_at - begin > offline
    is_back = _went_back(book, act, seq)
    found["seen-back"] = {act.dev} if is_back else set()
    if unknown or is_late or is_back:
        ended = {key.owner for key in keys if _has_ended(control, key, accepted_at)}
        found["role-ended"] = ended - expired - (revoked if is_alone else set())
    allowed = {"assign": is_assignable, "rotate": is_rotatable, "epoch": follows}.get(act.type)
    if allowed is not None and not allowed(control, act):
        found["not-assignable"] = {act.by}
    elif act.type == "office_key" and not is_nameable(control, act, keys[0].role, accepted_at):
        found["key-not-nameable"] = {act.by}
    elif act.type in ("register", "print", "bind", "void", "office_key"):
        is_free = act.type == "office_key" and keys[0].role == "officer"
        is_own = is_free or keys[0].office == act.number("office")
        found["wrong-office"] = set() if is_own else {act.by}
    return {code: frozenset(persons) for code, persons in found.items()}


def _has_ended(control: Control, known: Key, now: int) -> bool:
    """Tell whether a person's role, term or key is no more what it was when the device last knew."""
    if known.owner in SERVICE_KEYS:
        return False
    key = control.key_now(known.kid, now)
    is_over = key.until is not None and now > key.until
    is_other = (key.role, key.office) != (known.role, known.office)
    return is_over or is_other or key.kid in control.revoked


def _went_back(book: Book, act: Act, seq: int) -> bool:
    """Tell whether the act before in the device's row had seen a later position of the log.

    Nothing proves the device that an act names, so only acts count that this one names as the one
    before, or that one of its own signers has signed.

    Args:
        seq: Position of the act.
    """
    if act.seen is None or act.seen[0] >= seq - 1:  # nobody can have seen more
        return False
    before = min(act.dseq, next_counter(book, act.dev)) - 1
    others = (book.entry(one).act for one in book.counted(act.dev, before))
    return any(
        other.seen is not None
        and other.seen[0] > act.seen[0]
        and (other.hash == act.dprev or not {*act.persons}.isdisjoint(other.persons))
        for other in others
    )
