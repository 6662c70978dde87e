"""What an audit found, what it has looked at, and what it did not look at.

**Rule:** the words are those of the verifiers that travel in a bundle; what all three say of the
same folder is the same. Verdicts: `.docs/formats.md` §10.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kt1custody.audit.trust_file import TRUST, TrustStanding
from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.formats import cbor

# Verdicts; each has its sentence in the catalogues of words.
MATCH = "match"
NOT_ENOUGH = "not-enough"
MISSING = "missing"
WRONG = "wrong"
VERDICTS = (MATCH, NOT_ENOUGH, MISSING, WRONG)

# Kinds of findings; each has its sentence in the catalogues of words.
KINDS = (
    "accepted-at",
    "bad-signature",
    "bundle-file",
    "bundle-sum",
    "catalogue",
    "checkpoint",
    "column",
    "control-missing",
    "ctl",
    "derived",
    "device-chain",
    "entries-missing",
    "entry-unreadable",
    "epoch",
    "evidence",
    "file-missing",
    "genesis",
    "item",
    "judgement",
    "key-file",
    "key-planted",
    "not-authentic",
    "origin",
    "policy",
    "possession",
    "prev",
    "proof",
    "proof-missing",
    "readings",
    "record",
    "record-broken",
    "record-missing",
    "record-shut",
    "seq",
    "serial-twice",
    "stamp",
    "tile",
)
# Those that only say that something is not here.
KINDS_MISSING = frozenset({"control-missing", "entries-missing", "file-missing", "proof-missing"})

# What an audit is there to check and may have to leave unchecked.
UNCHECKED = (
    "catalogue-not-given",
    "device-gap",
    "evidence-not-compared",
    "evidence-unreadable",
    "evidence-unsigned",
    "genesis-not-given",
    "more-findings",
    "no-checkpoint",
    "tail-not-anchored",
)
# What lies outside its task, or could not be there; it does not change the verdict.
OUTSIDE = (
    "clock-steps",
    "device-rows",
    "judgements",
    "last-signed",
    "lost-entries",
    "older-entries",
    "reading-aid",
    "readings-lost",
    "records",
    "records-by-file",
    "records-elsewhere",
    "records-erased",
    "records-lost",
    "records-of-others",
    "stamp-other-size",
    "stamp-signature",
    "trust-not-compared",
    "whole-item",
)
CHECKED = (
    "catalogues",
    "chain",
    "checkpoint",
    "control",
    "derived",
    "entries",
    "evidence",
    "genesis",
    "item",
    "judgements",
    "keys",
    "policy",
    "proofs",
    "quorum",
    "readings",
    "records",
    "signatures",
    "stamp-signature",
    "stamps",
    "sums",
    "tiles",
    "tree",
)
_MOST = 10_000  # findings kept; beyond, only their number is


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or missing.

    Attributes:
        kind: One of `KINDS`.
        seq: Position in the log, or None if it is not about an entry.
        expected: What follows from everything else.
        got: What was found.
    """

    kind: str
    seq: int | None
    expected: str
    got: str

    @property
    def is_missing(self) -> bool:
        """It only says that something is not here."""
        return self.kind in KINDS_MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRecord:
    """A confidential record that lies in a dossier and fits the commitment of one of its acts.

    Attributes:
        seq: Position of the act that names it.
        kind: Type of that act.
    """

    seq: int
    kind: str
    commit: bytes
    record: Mapping[str, cbor.Value]


@dataclass(slots=True)
class Report:
    """The outcome of an audit.

    Attributes:
        not_checked: Of `UNCHECKED`, some with `: ` and what it is about behind them.
        outside: Of `OUTSIDE`, likewise.
        checked: Of `CHECKED`.
        entries: How many entries were read.
        items: How many items they speak of.
        form: `log`, `bundle` or `dossier`.
        item: Number of the item of a dossier, 12 digits.
        size: How many entries the verdict is about; of a folder, as its checkpoint says.
        covered: Up to which size a quorum of witnesses or evidence given by hand reaches.
        as_of: When the quorum stood for the newest checkpoint it covers, Unix seconds UTC.
        covered_by: What reaches so far, and how it is called.
        trust: What was made of the auditor's own file, if there is one.
        since: Size up to which the entries were audited before.
        reread: How many of these were read again by chance; None if there are none.
        notes: Signatures in a dossier whose keys were revoked later: position, role, kid.
        opened: Opened records of a dossier, in the order of their files.
        story: Of a dossier's item, as its entries tell it; None if they do not.
        offices: Names of offices by number, of the newest list in a dossier.
        kinds: Kinds of all findings, those that are not kept too.
        more: How many findings beyond those kept.
    """

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    entries: int = 0
    signatures: int = 0
    items: int = 0
    genesis: bytes | None = None
    form: str = "log"
    origin: str = ""
    item: str | None = None
    size: int | None = None
    covered: int = 0
    covered_by: tuple[str, str] = ("", "")
    trust: TrustStanding | None = None
    as_of: int | None = None
    since: int | None = None
    reread: int | None = None
    notes: list[tuple[int, str, bytes]] = field(default_factory=list)
    opened: list[OpenedRecord] = field(default_factory=list)
    story: CustodyStory | None = None
    offices: Mapping[str, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    more: int = 0

    def add(self, kind: str, seq: int | None, expected: object, got: object) -> None:
        """Note a finding."""
        self.kinds.add(kind)
        if len(self.findings) < _MOST:
            self.findings.append(Finding(kind, seq, spell(expected), spell(got)))
        else:
            self.more += 1

    def want(self, kind: str, seq: int | None, expected: object, got: object) -> bool:
        """Note a finding unless both are the same; tells whether they are."""
        if expected != got:
            self.add(kind, seq, expected, got)
        return expected == got

    def skip(self, what: str, about: object = None) -> None:
        """Note what was not checked, once."""
        _note(self.not_checked, what, about)

    def pass_over(self, what: str, about: object = None) -> None:
        """Note what lies outside, once."""
        _note(self.outside, what, about)

    def look(self, *what: str) -> None:
        """Note what was checked, once."""
        for one in what:
            _note(self.checked, one, None)

    def cover(self, size: int, as_of: int | None = None, by: tuple[str, str] = ("", "")) -> None:
        """Note up to where a quorum, or evidence given by hand, reaches.

        Args:
            by: What it is and how it is called, as `trust_file.Anchor` has it; what somebody else
                holds counts before the auditor's own file.
        """
        if size > self.covered or (size == self.covered and self.covered_by[0] in ("", TRUST)):
            self.covered_by = by
        if size > self.covered or (size == self.covered and self.as_of is None):
            self.covered, self.as_of = size, as_of

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if self.kinds:
            return WRONG if self.kinds - KINDS_MISSING else MISSING
        return NOT_ENOUGH if self.not_checked else MATCH


def spell(value: object) -> str:
    """Spell a value for a finding: short, and with no sign that moves a cursor."""
    told = value.hex() if isinstance(value, bytes) else str(value)
    text = "".join(sign if sign.isprintable() else "?" for sign in told)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _note(told: list[str], what: str, about: object) -> None:
    whole = what if about is None else f"{what}: {spell(about)}"
    if whole not in told:
        told.append(whole)
