"""Custody replayed from the log alone: who may sign, how each act is judged, who holds what.

**Rule:** calls the same `core.custody.judgement.take_in` as the writer, over a book of its own; what it makes
of the log is what the stored judgements and derived tables must say.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kt1custody.audit.findings import Report
from kt1custody.audit.growth import Growth
from kt1custody.audit.working_state import Before, DeviceActs, Memory, Nothing
from kt1custody.core.custody import aside, judgement
from kt1custody.core.custody.history import Recent
from kt1custody.core.custody.table import ItemState
from kt1custody.core.formats import places
from kt1custody.core.log import keyring, signers
from kt1custody.core.log.act import Act
from kt1custody.core.log.commitments import shows_desk
from kt1custody.core.log.entry import Entry, leaf_hash, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.schema import CONTROL_TYPES, RULING_TYPES, STEP_TYPES
from kt1custody.core.log.signers import Signing
from kt1custody.errors import KtError, MalformedInputError, VerificationError

# Who signs these writes into this database, records and all; a phone's records may come later.


@dataclass(slots=True)
class Epoch:
    """The entries of one origin.

    Attributes:
        base: Position of the first one.
        growth: The tree over them.
        control: State after the last one; the present epoch's changes as the log grows. Not there
            if there is no genesis that can be used.
    """

    base: int
    growth: Growth
    control: Control | None = None


class Replay:
    """The log so far, as the custody rules look at it; a `core.custody.history.Book` in little memory.

    Attributes:
        control: Keys, people, policies and places; not there before the genesis.
        broken: There is no genesis that can be used, so nothing can be replayed.
        epochs: The first one first.
        began: How many entries were audited before.
        memory: Items, serials, offers and devices.
        controls: Positions of the control entries.
        offices: Hashes of the lists of offices that the log names.
    """

    control: Control

    def __init__(
        self,
        raw: Callable[[int], bytes],
        catalogue: Callable[[bytes], bytes | None],
        report: Report,
        before: Before | None = None,
    ) -> None:
        self._raw, self._catalogue, self._report = raw, catalogue, report
        before = before or Nothing()
        self.broken = True
        self.epochs = [Epoch(0, Growth())]
        self.began = before.size
        self.memory = Memory(before)
        self.controls: list[int] = []
        self.offices: set[bytes] = set()
        self._times = array("q")
        self._recent = Recent()
        self._link: bytes | None = None  # of the entry that is being taken
        if before.size:
            self._begin_again(before)

    def take(self, position: int, entry: Entry) -> Sequence[Signing]:
        """Replay one entry; gives the signatures that are still to be verified."""
        while self.size < position:  # entries of which nobody has told
            self.skip(bytes(32))
        signings: Sequence[Signing] = ()
        self._link = None
        if position == 0:
            signings = self._found(entry)
        elif not self.broken:
            signings = self._judge(position, entry)
        self._grow(entry.leaf, entry.accepted_at)
        if signings:  # what is not authentic does not count for what comes later
            self._note_act(position, entry)
        return signings

    def skip(self, leaf: bytes) -> None:
        """Take note of an entry that cannot be read."""
        self._grow(leaf, self._times[-1] if self._times else 0)

    @property
    def size(self) -> int:
        """How many entries there are, of all epochs."""
        return self.epochs[-1].base + self.epochs[-1].growth.size

    @property
    def head(self) -> tuple[int, bytes, int] | None:
        """Position, leaf hash and time of the newest entry."""
        moment = self.moment(self.size - 1) if self.size else None
        return None if moment is None else (self.size - 1, *moment)

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""
        return self.memory.item(n)

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in the log's order."""
        return self.memory.past(n)

    def find(self, body_hash: bytes) -> Entry | None:
        """Find the entry of an act by the hash of its body."""
        found = (self.entry(seq) for seq in self.memory.positions(body_hash))
        return next((entry for entry in found if entry.act.hash == body_hash), None)

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and of the takes and withdrawals that name it, in order."""
        return self.memory.links(of)

    def entry(self, seq: int) -> Entry:
        """Read an entry again."""
        return self._recent.entry(seq, lambda: self._read(seq))

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""
        found = self.memory.serial(serial)
        return None if found is None else found[0]

    def frontier(self, name: str) -> int | None:
        """Give the next number of a row of `core.frontier`, or None if nothing was taken from it."""
        return self.memory.frontier(name)

    def leaf(self, seq: int) -> bytes:
        """Give the leaf hash of an entry."""
        place = bisect_right(self.epochs, seq, key=lambda one: one.base) - 1
        epoch = self.epochs[place]
        return epoch.growth.leaf(seq - epoch.base)

    def moment(self, seq: int) -> tuple[bytes, int] | None:
        """Give leaf hash and time of an entry, or None if the log has not reached it."""
        if seq >= self.size:
            return None
        place = seq - self.began
        at = self._times[place] if place >= 0 else self.entry(seq).accepted_at
        return self.leaf(seq), at

    def counted(self, device: str, counter: int) -> Sequence[int]:
        """Give positions of the acts under a device's counter, in order."""
        maybe = sorted(self.memory.positions(_counter(device, counter)))
        acts = ((seq, self.entry(seq).act) for seq in maybe)
        return [seq for seq, act in acts if (act.dev, act.dseq) == (device, counter)]

    def twins(self, act: Act) -> Sequence[int]:
        """Give positions of other acts with this act's id, or its device and counter."""
        maybe = {
            *self.memory.positions(act.id),
            *self.memory.positions(_counter(act.dev, act.dseq)),
        }
        found = []
        for seq in sorted(maybe):
            other = self.entry(seq).act
            same = other.id == act.id or (other.dev, other.dseq) == (act.dev, act.dseq)
            if same and other.hash != act.hash:
                found.append(seq)
        return found

    def _grow(self, leaf: bytes, accepted_at: int) -> None:
        self.epochs[-1].growth.add(leaf)
        self._times.append(accepted_at)

    def _read(self, seq: int) -> Entry:
        """Read an entry from the log again; one that was audited before must be the same."""
        raw = self._raw(seq)
        if seq < self.began:
            self._report.want("evidence", seq, self.leaf(seq), leaf_hash(raw))
        return read_entry(raw)

    def _begin_again(self, before: Before) -> None:
        """Take the trees as they were, and let the control entries take effect again."""
        ends = [*before.bases[1:], before.size]
        self.epochs = [
            Epoch(base, Growth(end - base, partial(before.tile, base)))
            for base, end in zip(before.bases, ends, strict=True)
        ]
        closed = iter(self.epochs)
        for seq in before.control:
            entry = self.entry(seq)
            if self.broken:
                self.control, self.broken = keyring.found(entry), False
            else:
                if seq in before.bases:
                    next(closed).control = self.control.copy()
                self.control.take(entry, self._offices(seq, entry.act))
            self.controls.append(seq)
        self.epochs[-1].control = self.control

    def _found(self, entry: Entry) -> Sequence[Signing]:
        try:
            signings = signers.check(None, entry.act, entry.signatures)
            self.control = keyring.found(entry)
        except (VerificationError, KeyError) as error:
            self._report.add("genesis", 0, "genesis", error)
            return ()
        self.broken = False
        self.epochs[0].control = self.control
        self.memory.frontiers.update(judgement.of_genesis(entry.act).frontiers)
        if entry.judgement:
            self._report.add("judgement", 0, (), entry.judgement)
        return signings

    def _judge(self, position: int, entry: Entry) -> Sequence[Signing]:
        act = entry.act
        try:
            signings = signers.check(self.control, act, entry.signatures)
        except VerificationError as error:
            self._report.add("not-authentic", position, "authentic", error)
            return ()
        try:
            if self.find(act.hash) is not None:
                self._report.add("device-chain", position, "an act once", act.hash)
            outcome = judgement.take_in(
                self,
                seq=position,
                accepted_at=entry.accepted_at,
                act=act,
                signatures=entry.signatures,
            )
        except KtError as error:  # an entry that this one refers to cannot be read
            self._report.add("entry-unreadable", position, "what it refers to", error)
            return signings
        self._report.want("judgement", position, outcome.judgement, entry.judgement)
        self.memory.items.update(outcome.items)
        self.memory.frontiers.update(outcome.frontiers)
        self._link = outcome.link
        if act.type in CONTROL_TYPES:
            self._control(position, replace(entry, judgement=outcome.judgement))
        for serial, n in judgement.fresh_serials(act, entry.judgement).items():
            known = self.memory.serial(serial)
            if known is None:
                self.memory.serials[serial] = (n, position)
            else:
                self._report.add("serial-twice", position, known[1], serial)
        return signings

    def _control(self, position: int, judged: Entry) -> None:
        """Let a control entry take effect; one that begins an epoch begins a tree."""
        before = self.control.copy() if judged.act.type == "epoch" else None
        self.control.take(judged, self._offices(position, judged.act))
        if before is not None and self.control.base == position:
            self.epochs[-1].control = before
            self.epochs.append(Epoch(position, Growth(), self.control))

    def _offices(self, position: int, act: Act) -> tuple[places.Office, ...] | None:
        if act.type != "catalogue" or act.text("kind") != "offices":
            return None
        digest = act.octets("hash")
        self.offices.add(digest)
        content = self._catalogue(digest)
        if content is None:
            self._report.skip("catalogue-not-given", f"{digest.hex()}.cbor")
            return None
        try:
            return places.read_offices(content)
        except MalformedInputError as error:
            self._report.add("catalogue", position, digest, error)
            return None

    def _note_act(self, position: int, entry: Entry) -> None:
        """Remember what later acts may refer to."""
        act, memory = entry.act, self.memory
        for key in (act.id, _counter(act.dev, act.dseq), act.hash):
            memory.seen.add(key, position)
        if self._link is not None:
            memory.add_link(self._link, position)
        if act.type in CONTROL_TYPES:
            self.controls.append(position)
        for index, (n, kind) in enumerate(aside.names(act, entry.judgement)):
            if kind in STEP_TYPES | RULING_TYPES:
                memory.add_step(n, position, index)
        self._note_device(entry)

    def tell_gaps(self) -> None:
        """Say which acts of our devices have not come; nobody's gap is that of a name made up."""
        devices = {} if self.broken else self.control.devices
        for name, missing in self.memory.gaps():
            if name == "server" or name in devices:
                told = (
                    f"{first}" if first == last else f"{first}-{last}" for first, last in missing
                )
                self._report.skip("device-gap", f"{name} {' '.join(told)}")

    def _note_device(self, entry: Entry) -> None:
        """Follow each device's own row."""
        act = entry.act
        device = self.memory.device(act.dev) or DeviceActs()
        is_ours = act.dev in self.control.devices  # whoever makes a name up brings no records
        is_desk = device.is_desk or (is_ours and shows_desk(entry))
        self.memory.devices[act.dev] = device.after(act)._replace(is_desk=is_desk)


def _counter(device: str, counter: int) -> bytes:
    return f"{device} {counter}".encode()
