"""The story of one item: who had it when, which seal was on it, and where a signature is missing.

**Rule:** derived from the entries about the item alone, so that whoever has only its dossier derives
the same story. Nothing is judged again: what the log judged counts as it stands in the entry. How
steps are joined is `core/custody/custody_chain.py`. Format: `.docs/formats.md` §3 and §10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.custody.offer import link_of
from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.log.act import Act
from kt1custody.core.log.entry import WHOLE, Entry, codes_of
from kt1custody.core.log.keyring import OFFICE_ROLES, Control, is_disputed

# What became of an act.
COUNTS = "counts"
WAITS = "waits"
DISPUTED = "disputed"
CONTESTED = "contested"
OVERRULED = "overruled"
OUTWEIGHED = "outweighed"
EFFECTS = (COUNTS, WAITS, DISPUTED, CONTESTED, OVERRULED, OUTWEIGHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed an act.

    Attributes:
        role: In the act: `giver`, `receiver` …
        rank: Role of the person that the signers knew of: `clerk`, `courier` …
        office: Number of the office where the person worked.
    """

    role: str
    staff: str
    rank: str
    office: int


@dataclass(slots=True, kw_only=True)
class Happening:
    """An act about the item.

    Attributes:
        at: Time claimed by the device, Unix seconds UTC.
        accepted_at: When the log took the act.
        office: Number of the office that the act names as its place, or None.
        to: Staff number of the receiver of a handover or offer, or None.
        to_office: Number of the office for which the receiver takes the item, or None.
        found: False if a taker has not found the item.
        of: Position of the offer that is answered, of the act that is corrected, or of the step that
            a settlement keeps.
        change: Of a correction: its field, and what it says now; None in place of a commitment.
        codes: What the log judged of this line and of the whole act.
        corrected: Positions of the corrections of this act that hold.
        ahead: Position of the `setback` that says that the time of its entry had not come, or None.
        effect: One of `EFFECTS`.
    """

    seq: int
    act: str
    at: int
    accepted_at: int
    signers: tuple[Signer, ...]
    office: int | None = None
    to: str | None = None
    to_office: int | None = None
    seal: int | None = None
    cond: str | None = None
    reason: str | None = None
    found: bool = True
    of: int | None = None
    change: tuple[str, str | int | bool | None] | None = None
    codes: tuple[str, ...] = ()
    corrected: tuple[int, ...] = ()
    ahead: int | None = None
    effect: str = COUNTS

    @property
    def when(self) -> int:
        """The time claimed, or the log's own where the two contradict each other."""
        return self.accepted_at if "time-outside" in self.codes else self.at


def withdraws(step: Happening, offer: Happening) -> bool:
    """Tell whether a step withdraws an offer, as `offer.may_withdraw` has it."""
    giver, who = offer.signers[0], step.signers[0]
    is_colleague = {giver.rank, who.rank} <= OFFICE_ROLES and giver.office == who.office
    may = step.act == "withdraw" and (giver.staff == who.staff or is_colleague)
    return may and not is_disputed(step.codes)


def happenings(n: int, entries: Sequence[Entry], control: Control) -> list[Happening]:
    """Find what entries say of an item, in the log's order.

    Args:
        entries: In the log's order: those that name the item, and what these refer to.
        control: Verified state of the log after them.
    """
    offers = {_link(entry): entry for entry in entries if entry.act.type == "offer"}
    owners = {entry.act.hash: entry.seq for entry in entries}
    steps = {entry.step: entry.seq for entry in entries}
    found = []
    for entry in entries:
        index = _index(n, entry.act, offers)
        if index is not None:
            told = _happening(entry, index, control)
            _refer(told, entry.act, index, offers, owners, steps)
            told.effect = _effect(told)
            found.append(told)
    _mark_corrected(found)
    return found


def _link(entry: Entry) -> bytes:
    return link_of(entry.act, entry.signatures) or b""


def _index(n: int, act: Act, offers: Mapping[bytes, Entry]) -> int | None:
    """Find an item in an act: its line, or a place behind all lines; None if it is not about it."""
    numbers = [number for number, _ in act.names]
    if n in numbers:
        return numbers.index(n)
    offer = offers.get(act.octets("of")) if act.type == "withdraw" else None
    is_offered = offer is not None and any(line.n == n for line in offer.act.lines)
    return len(act.lines) if is_offered else None


def _happening(entry: Entry, index: int, control: Control) -> Happening:
    act, fields = entry.act, entry.act.fields
    line = act.lines[index] if index < len(act.lines) else None
    seen = 0 if act.seen is None else min(act.seen[0], entry.seq - 1)
    keys = [control.key_at(one.kid, seen, entry.accepted_at) for one in entry.signatures]
    pairs = zip(entry.signatures, keys, strict=True)
    told = Happening(
        seq=entry.seq,
        act=act.type,
        at=act.at,
        accepted_at=entry.accepted_at,
        signers=tuple(
            Signer(role=one.role, staff=key.owner, rank=key.role, office=key.office)
            for one, key in pairs
        ),
        reason=act.text_or_none("reason"),
        found=line is not None or act.type == "withdraw",
        codes=codes_of(entry.judgement, WHOLE, index),
        ahead=control.put_right(entry.seq),
    )
    if act.type in ("handover", "offer"):
        told.to, told.to_office = act.text("to"), act.number_or_none("office")
    else:
        told.office = act.number_or_none("office")
    if line is not None:
        told.seal = line.number("serial") if act.type == "print" else line.seal
        told.cond = line.cond
        told.reason = told.reason or _text(line.fields.get("reason"))
    if act.type == "correct":
        value = fields["value"]
        plain = value if isinstance(value, str | int | bool) else None
        told.change = (act.text("field"), plain)
    return told


def _refer(
    told: Happening,
    act: Act,
    index: int,
    offers: Mapping[bytes, Entry],
    owners: Mapping[bytes, int],
    steps: Mapping[bytes, int],
) -> None:
    """Say of which other entry an act speaks, as far as that is here."""
    if act.type in ("take", "withdraw"):
        offer = offers.get(act.octets("of"))
        told.of = None if offer is None else offer.seq
    elif act.type == "correct":
        told.of = owners.get(act.octets("of"))
    elif act.type == "settle":
        keep = act.lines[index].fields["keep"]
        told.of = steps.get(keep) if isinstance(keep, bytes) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _effect(told: Happening) -> str:
    """Say what an act is worth by itself; the chain of custody says more of its steps."""
    codes = set(told.codes)
    if codes & DISPUTES - {"contested", "outweighed"}:
        return DISPUTED
    is_missing = told.of is None and told.act in ("correct", "take", "withdraw")
    return WAITS if is_missing and codes & WAITING else COUNTS


def _mark_corrected(found: Sequence[Happening]) -> None:
    """Let every act name the corrections of it that hold."""
    acts = {one.seq: one for one in found}
    for told in found:
        if told.act == "correct" and told.effect == COUNTS and told.of in acts:
            target = acts[told.of]
            target.corrected = (*target.corrected, told.seq)
