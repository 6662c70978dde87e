"""Custody replayed from the log alone: who may sign, how each act is judged, who holds what.

**Rule:** calls the same `core.judgement.take_in` as the writer, over a book of its own; what it makes
of the log is what the stored judgements and derived tables must say.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kt1custody.audit.findings import Report
from kt1custody.audit.positions import Positions
from kt1custody.core import judgement, keyring, places
from kt1custody.core.act import RULING_TYPES, STEP_TYPES, Act
from kt1custody.core.custody import ItemState
from kt1custody.core.entry import Entry, read_entry
from kt1custody.core.history import Recent
from kt1custody.core.keyring import Control, Signing
from kt1custody.core.offer import link_of
from kt1custody.errors import KtError, MalformedInputError, VerificationError

_NO_STEP = -1


class Replay:
    """The log so far, as the custody rules look at it; a `core.history.Book` in little memory.

    Attributes:
        control: Keys, people, policies and places; not there before the genesis.
        broken: There is no genesis that can be used, so nothing can be replayed.
    """

    control: Control

    def __init__(
        self,
        raw: Callable[[int], bytes],
        catalogue: Callable[[bytes], bytes | None],
        report: Report,
    ) -> None:
        self._raw, self._catalogue, self._report = raw, catalogue, report
        self.broken = True
        self._items: dict[int, ItemState] = {}
        self._serials: dict[int, tuple[int, int]] = {}
        self._leaves = bytearray()
        self._times = array("q")
        self._last_step: dict[int, int] = {}
        self._steps = (array("q"), array("i"), array("q"))  # position, line, step before
        self._recent = Recent()
        self._seen = Positions()
        self._links: dict[bytes, list[int]] = {}
        self._devices: dict[str, tuple[int, bytes]] = {}

    def take(self, position: int, entry: Entry) -> Sequence[Signing]:
        """Replay one entry; gives the signatures that are still to be verified."""
        if self.broken and position > 0:
            return ()
        signings = self._found(entry) if position == 0 else self._judge(position, entry)
        self._note_place(position, entry)
        if signings:  # what is not authentic does not count for what comes later
            self._note_act(position, entry)
        return signings

    def items(self) -> Iterator[ItemState]:
        """Give the state of every item, by number."""
        for n in sorted(self._items):
            yield self._items[n]

    def serials(self) -> Iterator[tuple[int, int, int]]:
        """Give serial, item and position of every print, by serial."""
        for serial in sorted(self._serials):
            yield (serial, *self._serials[serial])

    @property
    def head(self) -> tuple[int, bytes, int] | None:
        """Position, leaf hash and time of the newest entry."""
        if not self._times:
            return None
        return len(self._times) - 1, bytes(self._leaves[-32:]), self._times[-1]

    def item(self, n: int) -> ItemState | None:
        """Find the state of an item."""
        return self._items.get(n)

    def past(self, n: int) -> Sequence[tuple[int, int]]:
        """Give position and line of every step and ruling about an item, in the log's order."""
        found = []
        place = self._last_step.get(n, _NO_STEP)
        positions, lines, back = self._steps
        while place != _NO_STEP:
            found.append((positions[place], lines[place]))
            place = back[place]
        return found[::-1]

    def find(self, body_hash: bytes) -> Entry | None:
        """Find the entry of an act by the hash of its body."""
        found = (self.entry(seq) for seq in self._seen.find(body_hash))
        return next((entry for entry in found if entry.act.hash == body_hash), None)

    def links(self, of: bytes) -> Sequence[int]:
        """Give positions of an offer and of the takes and withdrawals that name it, in order."""
        return self._links.get(of, ())

    def linked(self) -> Iterator[tuple[bytes, int]]:
        """Give every such hash and position, sorted."""
        for of in sorted(self._links):
            yield from ((of, seq) for seq in self._links[of])

    def entry(self, seq: int) -> Entry:
        """Read an entry again."""
        return self._recent.entry(seq, lambda: read_entry(self._raw(seq)))

    def printed(self, serial: int) -> int | None:
        """Find the item for which a serial was printed."""
        found = self._serials.get(serial)
        return None if found is None else found[0]

    def moment(self, seq: int) -> tuple[bytes, int] | None:
        """Give leaf hash and time of an entry, or None if the log has not reached it."""
        if seq >= len(self._times):
            return None
        return bytes(self._leaves[32 * seq : 32 * seq + 32]), self._times[seq]

    def twins(self, act: Act) -> Sequence[int]:
        """Give positions of other acts with this act's id, or its device and counter."""
        maybe = {*self._seen.find(act.id), *self._seen.find(_counter(act))}
        found = []
        for seq in sorted(maybe):
            other = self.entry(seq).act
            same = other.id == act.id or (other.dev, other.dseq) == (act.dev, act.dseq)
            if same and other.hash != act.hash:
                found.append(seq)
        return found

    def _found(self, entry: Entry) -> Sequence[Signing]:
        try:
            signings = keyring.signers(None, entry.act, entry.signatures)
            self.control = keyring.found(entry)
        except (VerificationError, KeyError) as error:
            self._report.add("genesis", 0, "genesis", error)
            return ()
        self.broken = False
        if entry.judgement:
            self._report.add("judgement", 0, (), entry.judgement)
        return signings

    def _judge(self, position: int, entry: Entry) -> Sequence[Signing]:
        act = entry.act
        try:
            signings = keyring.signers(self.control, act, entry.signatures)
        except VerificationError as error:
            self._report.add("not-authentic", position, "authentic", error)
            return ()
        try:
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
        if outcome.judgement != entry.judgement:
            self._report.add("judgement", position, outcome.judgement, entry.judgement)
        self._items.update(outcome.items)
        judged = replace(entry, judgement=outcome.judgement)
        self.control.take(judged, self._offices(position, act))
        for serial, n in judgement.fresh_serials(entry).items():
            if serial in self._serials:
                self._report.add("serial-twice", position, self._serials[serial][1], serial)
            else:
                self._serials[serial] = (n, position)
        return signings

    def _offices(self, position: int, act: Act) -> tuple[places.Office, ...] | None:
        if act.type != "catalogue" or act.text("kind") != "offices":
            return None
        content = self._catalogue(act.octets("hash"))
        if content is None:
            self._report.skip("catalogue-not-given")
            return None
        try:
            return places.read_offices(content)
        except MalformedInputError as error:
            self._report.add("catalogue", position, act.octets("hash"), error)
            return None

    def _note_place(self, position: int, entry: Entry) -> None:
        """Remember leaf and time of an entry."""
        missing = position - len(self._times)  # entries that could not be read
        self._leaves += bytes(32 * missing) + entry.leaf
        self._times.extend([entry.accepted_at] * (missing + 1))

    def _note_act(self, position: int, entry: Entry) -> None:
        """Remember what later acts may refer to."""
        act = entry.act
        self._seen.add(act.id, position)
        self._seen.add(_counter(act), position)
        self._seen.add(act.hash, position)
        of = link_of(act, entry.signatures)
        if of is not None:
            self._links.setdefault(of, []).append(position)
        self._check_device(position, act)
        if act.type in STEP_TYPES | RULING_TYPES:
            positions, lines, back = self._steps
            for index, line in enumerate(act.lines):
                back.append(self._last_step.get(line.n, _NO_STEP))
                self._last_step[line.n] = len(positions)
                positions.append(position)
                lines.append(index)

    def _check_device(self, position: int, act: Act) -> None:
        """Follow each device's own chain; a gap is told, a wrong link is a finding."""
        last, digest = self._devices.get(act.dev, (-1, b""))
        if act.dseq == last + 1 and act.dprev != digest:
            self._report.add("device-chain", position, digest, act.dprev)
        if act.dseq > last + 1:
            self._report.skip("device-gap")
        if act.dseq > last:
            self._devices[act.dev] = (act.dseq, act.hash)


def _counter(act: Act) -> bytes:
    return f"{act.dev} {act.dseq}".encode()
