"""Enrolling witnesses: two officers say who witnesses the log, and how many of them are enough.

**Rule:** a witness is enrolled when it has shown that it exists and knows this log: it has cosigned
one of its checkpoints. Enough is always more than half, or two histories could each have a quorum.
The newest quorum counts for all that comes after it. Format: `.docs/formats.md` §3.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.formats import cbor
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log import tlog
from kt1custody.core.log.keyring import Witness
from kt1custody.core.log.schema import MAX_WITNESSES
from kt1custody.errors import RefusedError
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.use_case import UseCase
from kt1custody.services.witness import cosign, coverage
from kt1custody.store.log import Connection
from kt1custody.system import http_call


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeQuorum(UseCase[int]):
    """Bring a quorum into force in the place of the one before; `least` is what is shown.

    Attributes:
        keys: Of all witnesses, those who stay too.
        least: How many of them make a checkpoint count.
        urls: Name → address where the witness is asked, empty for none; others keep theirs.
    """

    keys: tuple[VerifierKey, ...]
    least: int
    officers: tuple[str, str]
    urls: Mapping[str, str]

    def propose(self, pen: Proposer) -> int:
        """Add the `quorum`.

        Raises:
            RefusedError: `witness-twice`, `witness-name`, `key-kind`, `too-many-witnesses`,
                `quorum-least`, `no-such-witness` or `url-wrong` of an address; `witness-not-yet`:
                one has not cosigned any checkpoint that was given out.
        """
        _refuse_faults(self.keys, self.least, self.urls)
        control, connection = pen.book.control, pen.book.connection
        known = {(named.name, named.pub): named.url for named in coverage.in_force(control)}
        candidates = (
            cosign.candidate(key, self.urls.get(key.name, known.get((key.name, key.pub))) or None)
            for key in sorted(self.keys, key=lambda key: key.name)
        )
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "witnesses": [_witness_map(connection, candidate) for candidate in candidates],
            "least": self.least,
        }
        pen.add(pen.draft("quorum", self.officers[0], own))
        return self.least


def _refuse_faults(keys: Sequence[VerifierKey], least: int, urls: Mapping[str, str]) -> None:
    names = Counter(key.name for key in keys)
    for key in keys:
        tlog.refuse_witness_name(key.name)
        if names[key.name] > 1 or sum(one.pub == key.pub for one in keys) > 1:
            raise RefusedError("witness-twice", name=key.name)
    if len(keys) > MAX_WITNESSES:
        raise RefusedError("too-many-witnesses", most=MAX_WITNESSES)
    if not len(keys) < 2 * least <= 2 * len(keys):
        raise RefusedError("quorum-least", least=least, count=len(keys))
    for name, url in urls.items():
        if name not in names:
            raise RefusedError("no-such-witness", name=name)
        if url and not http_call.is_url(url):
            raise RefusedError("url-wrong", name=name)


def _witness_map(connection: Connection, one: Witness) -> dict[str, cbor.Value]:
    """Spell a witness with the proof that it exists."""
    proof = coverage.proof_of(connection, one)
    if proof is None:
        raise RefusedError("witness-not-yet", name=one.name)
    signed, found = proof
    return {
        "name": one.name,
        "pub": one.pub,
        "url": one.url,
        "size": signed.checkpoint.size,
        "root": signed.checkpoint.root,
        "time": found.time,
        "signature": found.signature,
    }
