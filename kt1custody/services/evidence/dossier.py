"""The dossier of one item: what a stranger needs to verify its story with no server.

**Rule:** it speaks as of its checkpoint, which is given out for it. It holds every control entry,
so that nobody can leave a revocation out, and every entry that speaks of the item. Slips are
opened only by an officer's `disclose` act. Format: `.docs/formats.md` §10.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kt1custody.core.custody import custody_story
from kt1custody.core.formats import cbor, note, places
from kt1custody.core.formats.numbers import format_item_number
from kt1custody.core.formats.places import Office
from kt1custody.core.log.checkpoint import Checkpoint
from kt1custody.core.log.entry import read_entry
from kt1custody.core.log.keyring import Control
from kt1custody.errors import RefusedError
from kt1custody.i18n import Language
from kt1custody.services.custody import story
from kt1custody.services.custody.disclose import Opened
from kt1custody.services.evidence import export, story_page
from kt1custody.services.session import checkpoint, scan
from kt1custody.services.session.session import Session
from kt1custody.store import log
from kt1custody.store.log import Connection, LogBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The dossier of an item.

    Attributes:
        n: Item number.
        entries: How many entries speak of the item.
        contents: Names and bytes of its files.
    """

    n: int
    checkpoint: Checkpoint
    entries: int
    contents: Mapping[str, bytes]


def make(session: Session, given: str, opened: Sequence[Opened] = ()) -> Dossier:
    """Make the dossier of an item.

    Args:
        given: Untrusted: its number, or the text of its seal.
        opened: Records that an officer has opened just now.

    Raises:
        RefusedError: `no-such-item`.
        UnavailableError: As `checkpoint.newest`.
    """
    signed = checkpoint.newest(session)
    end = signed.end
    with session.database.read() as connection:
        book = LogBook(connection)
        scanned = scan.item(book, given)
        about = story.positions(book, scanned.n, end)
        if not about:
            raise RefusedError("no-such-item", n=scanned.n)
        control = LogBook(connection, until=end - 1).control
        files = export.evidence_files(connection, control, signed)
        files["item.txt"] = f"{scanned.n:012d}\n".encode()
        readme = _readme(session.language, control, scanned.n, len(about), signed)
        files["README.txt"] = f"{readme}\n{session.language.word('story', 'readme')}\n".encode()
        for seq in sorted(about | _control(connection, end) | {end - 1}):
            files[f"entries/{seq}.entry"] = log.raw_entry(connection, seq)
            files[f"entries/{seq}.tlog-proof"] = checkpoint.proof(connection, control, signed, seq)
        offices: Mapping[int, Office] = {}
        for digest, content in export.offices(connection, book, end):
            files[f"catalogues/{digest.hex()}.cbor"] = content
            offices = {office.number: office for office in places.read_offices(content)}
        for one in opened:
            content = cbor.encode([one.salt, one.record])
            files[f"disclose/{one.commit.hex()}.cbor"] = content
        entries = [book.entry(seq) for seq in sorted(about)]
        as_of = control.time_of(end - 1, book.entry(end - 1).accepted_at)
        history = custody_story.tell(scanned.n, entries, control, as_of)
        if history is not None:
            files[story_page.NAME] = story_page.html(
                session, history, control, signed.checkpoint, offices=offices, files=files
            )
    contents = dict(export.with_sums(files.items()))
    return Dossier(n=scanned.n, checkpoint=signed.checkpoint, entries=len(about), contents=contents)


def _control(connection: Connection, end: int) -> set[int]:
    """Give the positions of all control entries before a position."""
    found = (read_entry(raw).seq for raw in log.control_entries(connection))
    return {seq for seq in found if seq < end}


def _readme(
    language: Language, control: Control, n: int, count: int, signed: checkpoint.Signed
) -> str:
    origin, key = signed.checkpoint.origin, control.service_key("log")
    # Which of the checkpoint's signature lines is by this key: the 30 bits of its name that fill
    # five letters of base64.
    line = base64.b64encode(note.key_hash(origin, key.pub)).decode()[:5]
    return language.say(
        "Dossier of the item {item}, out of the log {origin} ({name}).\n"
        "\n"
        "Entries that speak of the item: {count}, as of a checkpoint of {size} in all. They show\n"
        "who handed it to whom and when, so handle this as internal confidential.\n"
        "\n"
        "Verify it with one of two programs, which need no network:\n"
        "    python3 -I verify.py --genesis HASH  (Python 3.11 and the package `cryptography`)\n"
        "    verify.html in a browser, which asks for this folder\n"
        "HASH is the printed genesis hash; take it from paper, not from this folder.\n"
        "That no entry about the item is left out, only a bundle of the whole log can show.\n"
        "\n"
        "By hand, in this folder, with nothing but OpenSSL 3. Line 1 shows HASH; line 2 shows 1 if\n"
        "the log key stands in entry {entry}; line 5 says whether it has signed the checkpoint.\n"
        "    (printf '\\000'; cat entries/0.entry) | openssl dgst -sha256\n"
        "    od -An -v -tx1 entries/{entry}.entry | tr -d ' \\n' | grep -c $(openssl pkey -pubin "
        "-in keys/{key}.pem -outform DER | tail -c 32 | od -An -v -tx1 | tr -d ' \\n')\n"
        "    sed '/^$/,$d' logs/{folder}/checkpoint > /tmp/kt1.text\n"
        "    sed -n 's|^— {folder} {line}|{line}|p' logs/{folder}/checkpoint "
        "| openssl base64 -d -A | tail -c 64 > /tmp/kt1.sig\n"
        "    openssl pkeyutl -verify -rawin -pubin -inkey keys/{key}.pem -in /tmp/kt1.text "
        "-sigfile /tmp/kt1.sig\n",
        item=format_item_number(n),
        origin=control.origin,
        name=control.name,
        count=language.number(count),
        size=language.number(signed.end),
        entry=key.enrolled,
        key=key.kid.hex(),
        folder=origin,
        line=line,
    )
