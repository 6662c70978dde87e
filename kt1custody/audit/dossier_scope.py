"""Which entries belong into the dossier of an item, and which of them are not there.

**Rule:** an entry belongs if it names the item, if such an entry refers to it, if it takes or
withdraws an offer that belongs, if it is a control entry, or if it is the last one. Format:
`.docs/formats.md` §10.
"""

from kt1custody.audit.findings import Report
from kt1custody.core.custody.offer import link_of
from kt1custody.core.custody.table import DISPUTES, WAITING
from kt1custody.core.log.entry import Entry
from kt1custody.core.log.schema import CONTROL_TYPES, REPORT_TYPES, STEP_TYPES

_WITHOUT = frozenset({"offer-missing", "act-missing"})  # what it spoke of was not in the log


class Related:
    """Sees the entries of a dossier go by.

    Attributes:
        records: Commitments of records about the item, and position and type of the act that names
            each: the first one. Who works where is in records, too, and none of a dossier's matter.
        signed: Position, role and kid of every signature under an act about the item.
    """

    def __init__(self, item: int) -> None:
        self._item = item
        self.records: dict[bytes, tuple[int, str]] = {}
        self.signed: list[tuple[int, str, bytes]] = []
        self._kinds: dict[int, str] = {}
        self._named: set[int] = set()
        self._owners: dict[bytes, int] = {}  # hash of an act or offer → its position
        self._refers: dict[int, bytes] = {}  # position → hash of what it speaks of
        self._early: set[int] = set()
        self._steps: set[bytes] = set()
        self._before: list[tuple[int, bytes]] = []  # position, and the step that it rests on

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
        self._steps.add(entry.step)
        if any(n == self._item for n, _ in act.names):
            self._named.add(seq)
            self.signed += [(seq, one.role, one.kid) for one in entry.signatures]
        for index, line in enumerate(act.lines):
            if line.n == self._item:
                self._take_line(seq, entry, index)

    def _take_line(self, seq: int, entry: Entry, index: int) -> None:
        """Note which record a line about the item names, and which step it rests on."""
        act, line = entry.act, entry.act.lines[index]
        is_corrected = act.type == "correct" and act.fields["field"] == "commit"
        corrected = act.fields["value"] if is_corrected else None
        for commit in (line.fields.get("commit"), act.fields.get("commit"), corrected):
            if isinstance(commit, bytes):
                self.records.setdefault(commit, (seq, act.type))
        codes = {code for at, code in entry.judgement if at in (-1, index)}
        prev = line.fields.get("prev")
        is_step = act.type in STEP_TYPES | REPORT_TYPES
        if is_step and isinstance(prev, bytes) and not codes & (DISPUTES | WAITING):
            self._before.append((seq, prev))

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
        for seq, step in self._before:
            if step not in self._steps:  # the log had it: it said nothing of a step that is missing
                report.add("entries-missing", seq, step, "missing")

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
