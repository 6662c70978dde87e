"""Which entries belong into the dossier of an item, and which of them are not there.

**Rule:** an entry belongs if it names the item, if such an entry refers to it, if it takes or
withdraws an offer that belongs, if it is a control entry, or if it is the last one. Format:
`.docs/formats.md` §10.
"""

from kt1custody.audit.findings import Report
from kt1custody.core.custody.offer import link_of
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import CONTROL_TYPES

_WITHOUT = frozenset({"offer-missing", "act-missing"})  # what it spoke of was not in the log


class Related:
    """Sees the entries of a dossier go by.

    Attributes:
        commitments: Those of records that an entry here may speak of.
        signed: Position, role and kid of every signature under an act about the item.
    """

    def __init__(self, item: int) -> None:
        self._item = item
        self.commitments: set[bytes] = set()
        self.signed: list[tuple[int, str, bytes]] = []
        self._kinds: dict[int, str] = {}
        self._named: set[int] = set()
        self._owners: dict[bytes, int] = {}  # hash of an act or offer → its position
        self._refers: dict[int, bytes] = {}  # position → hash of what it speaks of
        self._early: set[int] = set()

    def take(self, seq: int, entry: Entry) -> None:
        """Look at one entry."""
        act = entry.act
        self._kinds[seq] = act.type
        self._owners[act.hash] = seq
        if act.type == "offer" and entry.signatures:
            self._owners[link_of(act, entry.signatures) or b""] = seq
        elif act.type in ("take", "withdraw", "correct"):
            self._refers[seq] = act.octets("of")
        if any(code in _WITHOUT for _, code in entry.judgement):
            self._early.add(seq)
        if any(n == self._item for n, _ in act.names):
            self._named.add(seq)
            self.signed += [(seq, one.role, one.kid) for one in entry.signatures]
        lines = [line for line in act.lines if line.n == self._item]
        told = [line.fields.get("commit") for line in lines]
        told += [act.fields.get(name) for name in ("commit", "list", "value")]
        self.commitments.update(one for one in told if isinstance(one, bytes))

    def finish(self, last: int, report: Report) -> None:
        """Say what does not belong here, and what is named and is not here.

        Args:
            last: Position of the last entry of the checkpoint.
        """
        belongs = self._belonging()
        for seq, kind in self._kinds.items():
            if seq not in belongs and kind not in CONTROL_TYPES and seq != last:
                report.add("item", seq, f"an act about {self._item:012d}", kind)
        if not self._named:
            report.add("item", None, f"an act about {self._item:012d}", "missing")
        for seq in sorted(self._named - self._early):
            of = self._refers.get(seq)
            if of is not None and of not in self._owners:
                report.add("entries-missing", seq, of, "missing")

    def _belonging(self) -> set[int]:
        """Follow the references from the entries that name the item."""
        pairs = [(seq, self._owners[of]) for seq, of in self._refers.items() if of in self._owners]
        found, waiting = set(self._named), list(self._named)
        while waiting:
            seq = waiting.pop()
            near = {owner for one, owner in pairs if one == seq}
            near |= {one for one, owner in pairs if owner == seq and self._kinds[one] != "correct"}
            waiting += near - found
            found |= near
        return found
