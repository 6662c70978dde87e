"""The dossier of one item: some entries of the log, each proved under a signed checkpoint.

**Rule:** every control entry must be here, since each entry names the newest one before it; so no
revocation can be left out. That every entry about the item is here only the whole log shows.
Format: `.docs/formats.md` §10.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from kt1custody.audit.chain import check_time
from kt1custody.audit.dossier_scope import Related
from kt1custody.audit.evidence import OutsideEvidence
from kt1custody.audit.findings import OpenedRecord, Report
from kt1custody.audit.folder import HandedFolder
from kt1custody.audit.judge import EvidenceCheck, Trunk
from kt1custody.audit.signatures import Verifier
from kt1custody.core.custody import custody_story, judgement
from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.custody.history import is_stopped
from kt1custody.core.formats import cbor, numbers, places, tree
from kt1custody.core.log import checkpoint, keyring, signers, tlog
from kt1custody.core.log.act import Act
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.core.log.entry import NO_CONTROL, Entry, first_prev, leaf_hash, read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.core.log.schema import CONTROL_TYPES
from kt1custody.errors import KtError, MalformedInputError, VerificationError
from kt1custody.signing import slips

_PROVED = frozenset({"genesis", "enrol", "rotate", "quorum"})
_NAME = re.compile("(0|[1-9][0-9]{0,15})[.](entry|tlog-proof)")
_ITEM = re.compile(rb"[1-9][0-9]{11}\n")


def audit_dossier(folder: HandedFolder, report: Report, given: OutsideEvidence) -> None:
    """Audit a dossier."""
    report.look("entries", "chain", "signatures", "control", "proofs", "item")
    for what in ("judgements", "records", "whole-item", "device-rows", "clock-steps"):
        report.pass_over(what)
    item = _read_item(folder)
    dossier = _Dossier(folder, report, given.genesis)
    related, entries = Related(item), []
    for seq in dossier.positions:
        entry = dossier.take(seq)
        if entry is not None:
            related.take(seq, entry)
            entries.append(entry)
    dossier.verifier.finish()
    dossier.check_beside(given)
    related.finish(dossier.last, report)
    _check_records(folder, related.records, report)
    if dossier.control is not None:
        for seq, role, kid in related.signed:
            if kid in dossier.control.revoked:
                report.notes.append((seq, role, kid))
        report.story = _story(item, entries, dossier.control)
        report.offices = _offices(folder, dossier.control)
    if "story.html" in folder:
        report.pass_over("reading-aid")


class _Dossier:
    """Walks the entries that are here, in order.

    Attributes:
        positions: Of the entries, rising.
        control: After the entries so far; None without a genesis.
        last: Position of the last entry that the checkpoint names; −1 without one.
    """

    def __init__(self, folder: HandedFolder, report: Report, genesis: bytes | None) -> None:
        self._folder, self._report, self._genesis = folder, report, genesis
        self.verifier = Verifier(report, os.cpu_count() or 1)
        self.positions = _positions(folder)
        self.control: Control | None = None
        self._closed: list[Control] = []
        self._notes = {one: _read_note(folder, one) for one in folder.origins}
        self._bases = [0]
        self._epochs = [folder.origins[0] if folder.origins else ""]
        self._before: tuple[int, bytes, int] = (-1, b"", 0)  # position, leaf, time
        self._controls: list[bytes] = []
        self._gaps: set[bytes] = set()  # control entries that are named and not here
        self._acts: set[bytes] = set()
        self._serials: set[int] = set()
        self._offices: set[bytes] = set()
        if genesis is None:
            report.skip("genesis-not-given")
        if 0 not in self.positions:
            self._gaps.add(NO_CONTROL)
            report.add("control-missing", 0, "genesis", "missing")

    @property
    def last(self) -> int:
        """Position of the last entry that the newest checkpoint names; −1 without one."""
        noted = self._notes.get(self._epochs[-1])
        return -1 if noted is None else self._bases[-1] + noted.size - 1

    @property
    def _is_whole(self) -> bool:
        """Whether all control entries that the checkpoint names are here."""
        return not self._gaps and self.last in self.positions

    def take(self, seq: int) -> Entry | None:
        """Check one entry and go on whatever it is; gives it if it can be read."""
        raw = self._folder.read(f"entries/{seq}.entry") or b""
        leaf, entry, report = leaf_hash(raw), None, self._report
        report.entries += 1
        try:
            entry = read_entry(raw)
            self._check(seq, entry, leaf)
        except MalformedInputError as error:
            report.add("entry-unreadable", seq, "entry", error)
        at = self._before[2] if entry is None else entry.accepted_at
        self._before = (seq, leaf, at)
        self._check_proof(seq, leaf)
        return entry

    def check_beside(self, given: OutsideEvidence) -> None:
        """Check checkpoints, and what repeats the log; weigh what was given."""
        folder, report, control = self._folder, self._report, self.control
        if control is None:
            return
        report.origin = control.origin
        for origin in folder.origins:
            if origin not in self._epochs:
                report.add("origin", None, self._epochs[-1], origin)
        if self.last >= 0 and self.last not in self.positions:
            report.add("entries-missing", self.last, "the last entry", "missing")
        folder.compare_keys(control, whole=self._is_whole)
        folder.compare_catalogues(self._offices, whole=self._is_whole)
        self._check_notes(
            EvidenceCheck(report, self._trunks(control), self._raw, given.roots), given
        )

    def _check_notes(self, judge: EvidenceCheck, given: OutsideEvidence) -> None:
        """Check checkpoints, policy and time stamps, and weigh what was given."""
        folder, report, control = self._folder, self._report, self.control
        assert control is not None  # noqa: S101  # the caller asked
        for origin in self._epochs:
            noted = folder.read(f"logs/{origin}/checkpoint")
            if noted is None:
                folder.lose(f"logs/{origin}/checkpoint")
            else:
                judge.own(f"logs/{origin}/checkpoint", noted)
        self._check_ends()
        for name in folder.names("logs/"):
            if name.removesuffix("/checkpoint") not in self._epochs:
                report.add("bundle-file", None, "no such file", f"logs/{name}")
        present = self._notes.get(control.origin)
        if present is not None and self._is_whole:
            folder.compare_policy(control, present.size)
        for name in folder.names("tsa/"):
            judge.stamp(name, folder.read(f"tsa/{name}") or b"", control.origin, "tsa/")
        judge.seams()
        judge.weigh(given)
        judge.finish(None if present is None else present.size)

    def _check_ends(self) -> None:
        """A closed epoch is here with the last checkpoint of what is left of it."""
        for (base, end), origin in zip(pairwise(self._bases), self._epochs, strict=False):
            noted = self._notes.get(origin)
            if noted is not None:
                self._report.want(
                    "checkpoint", None, f"{origin} {end - base}", f"{origin} {noted.size}"
                )

    def _trunks(self, control: Control) -> list[Trunk]:
        """Say of each epoch what its checkpoint says; a dossier has no tree."""
        trunks = []
        ends = [*self._bases[1:], self.last + 1]
        for base, end, one in zip(self._bases, ends, (*self._closed, control), strict=True):
            root = _root_of(self._notes.get(one.origin))
            trunks.append(Trunk(base, max(0, end - base), root, one))
        return trunks

    def _raw(self, seq: int) -> bytes | None:
        return self._folder.read(f"entries/{seq}.entry")

    def _check(self, seq: int, entry: Entry, leaf: bytes) -> None:
        report = self._report
        if seq == 0:
            self._found(entry)
        elif entry.act.type == "epoch" and not is_stopped(entry):
            self._begin_epoch(seq, entry)
        report.want("seq", seq, seq, entry.seq)
        report.want("origin", seq, self._epochs[-1], entry.origin)
        if seq == self._before[0] + 1:
            prev = self._before[1] or first_prev(self._epochs[0])
            report.want("prev", seq, prev, entry.prev)
            check_time(seq, entry, self._before[2], report)
        self._check_ctl(seq, entry.ctl)
        self._check_once(seq, entry.act)
        self._check_serials(seq, entry)
        if seq > 0 and self.control is not None:
            self._check_signatures(seq, entry, self.control)
            self.control.take(entry)
        if entry.act.type in CONTROL_TYPES:
            self._controls.append(leaf)
        if entry.act.type == "catalogue" and entry.act.text("kind") == "offices":
            self._offices.add(entry.act.octets("hash"))

    def _found(self, entry: Entry) -> None:
        report = self._report
        report.genesis = entry.leaf
        self._epochs = [entry.origin]
        if self._genesis is not None and report.want("genesis", 0, self._genesis, entry.leaf):
            report.look("genesis")
        try:
            signings = signers.check(None, entry.act, entry.signatures)
            proofs = tuple(signers.possessions(None, entry.act))
            self.control = keyring.found(entry)
        except (VerificationError, KeyError) as error:
            report.add("genesis", 0, "genesis", error)
            return
        self.verifier.add(0, "bad-signature", signings)
        self.verifier.add(0, "possession", proofs)

    def _begin_epoch(self, seq: int, entry: Entry) -> None:
        if self.control is not None and keyring.follows(self.control, entry.act):
            self._closed.append(self.control.copy())
            self._bases.append(seq)
            self._epochs.append(entry.act.text("origin"))

    def _check_ctl(self, seq: int, ctl: bytes) -> None:
        """The newest control entry before this one must be here."""
        newest = self._controls[-1] if self._controls else NO_CONTROL
        if ctl in self._controls or seq == 0:
            self._report.want("ctl", seq, newest, ctl)
        elif ctl not in self._gaps:
            self._gaps.add(ctl)
            self._report.add("control-missing", seq, ctl, newest)

    def _check_once(self, seq: int, act: Act) -> None:
        if act.hash in self._acts:
            self._report.add("device-chain", seq, "an act once", act.hash)
        self._acts.add(act.hash)

    def _check_serials(self, seq: int, entry: Entry) -> None:
        for serial in judgement.fresh_serials(entry.act, entry.judgement):
            if serial in self._serials:
                self._report.add("serial-twice", seq, "a new serial", serial)
            self._serials.add(serial)

    def _check_signatures(self, seq: int, entry: Entry, control: Control) -> None:
        act = entry.act
        try:
            signings = signers.check(control, act, entry.signatures)
            proofs = tuple(signers.possessions(control, act)) if act.type in _PROVED else ()
        except VerificationError as error:
            if not (self._gaps and self._may_be_missing(entry, control)):
                self._report.add("not-authentic", seq, "authentic", error)
            return
        self.verifier.add(seq, "bad-signature", signings)
        self.verifier.add(seq, "possession", proofs)

    def _may_be_missing(self, entry: Entry, control: Control) -> bool:
        """Tell whether a control entry that was left out may say that these persons may sign."""
        if tuple(one.role for one in entry.signatures) != entry.act.roles:
            return False
        found = [control.keys.get(one.kid) for one in entry.signatures]
        pairs = zip(found, entry.act.persons, strict=True)
        return all(key is None or key.owner == person for key, person in pairs)

    def _check_proof(self, seq: int, leaf: bytes) -> None:
        """Check that an entry stands in the tree of its epoch's checkpoint."""
        report, name = self._report, f"{seq}.tlog-proof"
        raw = self._folder.read(f"entries/{name}")
        if raw is None:
            report.add("proof-missing", seq, name, "missing")
            return
        epoch = bisect_right(self._bases, seq) - 1
        origin, index = self._epochs[epoch], seq - self._bases[epoch]
        try:
            proof = tlog.read_proof(raw)
            told = proof.signed.checkpoint
            report.want("proof", seq, index, proof.index)
            noted = self._folder.read(f"logs/{origin}/checkpoint")
            if noted is not None:
                report.want("proof", seq, noted, proof.signed.spelled())
            tree.check_inclusion(leaf, index, told.size, told.root, proof.hashes)
        except KtError as error:
            report.add("proof", seq, f"{name}: a proof that holds", error)


def _story(item: int, entries: Sequence[Entry], control: Control) -> CustodyStory | None:
    """Tell the story of the item; None if the entries that are here do not let it be told."""
    try:
        return custody_story.tell(item, entries, control, entries[-1].accepted_at)
    except KeyError:  # of an entry that is not authentic
        return None


def _offices(folder: HandedFolder, control: Control) -> Mapping[str, str]:
    """Name offices as the newest list does, if that is here."""
    content = folder.catalogue(control.catalogues.get("offices", b""))
    try:
        return {str(one.number): one.name for one in places.read_offices(content or b"")}
    except MalformedInputError:
        return {}


def _read_item(folder: HandedFolder) -> int:
    told = folder.read("item.txt") or b""
    if _ITEM.fullmatch(told) and numbers.damm(told[:12].decode()) == 0:
        folder.report.item = told[:12].decode()
        return int(told)
    folder.report.add("item", None, "item.txt: 12 digits and a newline", told[:20])
    return 0


def _positions(folder: HandedFolder) -> list[int]:
    """Give the positions of the entries; every proof has its entry."""
    found, report = [], folder.report
    for name in folder.names("entries/"):
        parts = _NAME.fullmatch(name)
        if parts is None:
            report.add("bundle-file", None, "no such file", f"entries/{name}")
        elif parts[2] == "entry":
            found.append(int(parts[1]))
        elif f"entries/{parts[1]}.entry" not in folder:
            report.add("bundle-file", int(parts[1]), f"{parts[1]}.entry", "missing")
    return sorted(found)


def _read_note(folder: HandedFolder, origin: str) -> Checkpoint | None:
    try:
        return checkpoint.read(folder.read(f"logs/{origin}/checkpoint") or b"").checkpoint
    except MalformedInputError:
        return None


def _root_of(noted: Checkpoint | None) -> Callable[[int], bytes | None]:
    return lambda size: noted.root if noted is not None and noted.size == size else None


def _check_records(
    folder: HandedFolder, known: Mapping[bytes, tuple[int, str]], report: Report
) -> None:
    """Compute the commitments of opened records again, and keep what they say."""
    for name in folder.names("disclose/"):
        opened = _open(folder.read(f"disclose/{name}") or b"")
        if opened is None or f"{opened[0].hex()}.cbor" != name or opened[0] not in known:
            report.add("record", None, "a record about the item", f"disclose/{name}")
        else:
            (commit, record), (seq, kind) = opened, known[opened[0]]
            report.opened.append(OpenedRecord(seq=seq, kind=kind, commit=commit, record=record))
    if report.opened:
        report.look("records")
        report.outside.remove("records")


def _open(content: bytes) -> tuple[bytes, Mapping[str, cbor.Value]] | None:
    try:
        match cbor.decode(content, what="record"):
            case [bytes(salt), dict(record)] if len(salt) == 32:
                return slips.commit(salt, record), record
    except MalformedInputError:
        pass
    return None
