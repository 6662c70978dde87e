"""What an audit found, and what it did not look at."""

from dataclasses import dataclass, field

# Verdicts; each has its sentence in the catalogues of words.
WRONG = "wrong"
NOT_ENOUGH = "not-enough"

# Kinds of findings; each has its sentence in the catalogues of words.
KINDS = (
    "accepted-at",
    "bad-signature",
    "bundle-file",
    "bundle-sum",
    "catalogue",
    "column",
    "ctl",
    "derived",
    "device-chain",
    "entry-unreadable",
    "genesis",
    "judgement",
    "key-file",
    "not-authentic",
    "origin",
    "possession",
    "prev",
    "record",
    "record-broken",
    "record-missing",
    "seq",
    "serial-twice",
)
# What an audit may leave unchecked; each has its sentence too.
UNCHECKED = (
    "tail-not-anchored",
    "genesis-not-given",
    "records-not-opened",
    "records-erased",
    "records-elsewhere",
    "derived-tables",
    "device-gap",
    "catalogue-not-given",
)
_MOST = 10_000  # findings kept; beyond, only their number is


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

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


@dataclass(slots=True)
class Report:
    """The outcome of an audit.

    Attributes:
        entries: How many entries were read.
        more: How many findings beyond those kept.
    """

    findings: list[Finding] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    entries: int = 0
    signatures: int = 0
    items: int = 0
    genesis: bytes | None = None
    more: int = 0

    def add(self, kind: str, seq: int | None, expected: object, got: object) -> None:
        """Note a finding."""
        if len(self.findings) < _MOST:
            self.findings.append(Finding(kind, seq, spell(expected), spell(got)))
        else:
            self.more += 1

    def skip(self, what: str) -> None:
        """Note what was not checked, once."""
        if what not in self.not_checked:
            self.not_checked.append(what)

    @property
    def verdict(self) -> str:
        """`wrong` if anything is, else `not-enough`: without a checkpoint the tail has no anchor."""
        return WRONG if self.findings else NOT_ENOUGH


def spell(value: object) -> str:
    """Spell a value for a finding: short, and with no sign that moves a cursor."""
    told = value.hex() if isinstance(value, bytes) else str(value)
    text = "".join(sign if sign.isprintable() else "?" for sign in told)
    return text if len(text) <= 200 else f"{text[:200]}…"
