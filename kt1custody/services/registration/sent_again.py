"""Items that are sent once more under a reference of this year: each says why, in its note."""

from collections.abc import Mapping
from dataclasses import replace

from kt1custody.core.formats import spelling
from kt1custody.core.formats.item import Consignment
from kt1custody.core.manifest.layout import COLUMNS, RowFinding
from kt1custody.core.manifest.manifest import CheckedManifest
from kt1custody.core.manifest.row import Counter, Key, note_fault

# Row of what is registered → why it is sent again, as typed; the rows of a manifest count from its
# headings.
Again = Mapping[int, str]


def new_keys(checked: CheckedManifest, known: frozenset[Key], again: Again) -> frozenset[Key]:
    """Give those of known keys that no row says to be sent again."""
    meant = {key for row, key in checked.references.items() if again.get(row, "").strip()}
    return known - meant


def noted(checked: CheckedManifest, now: Counter, again: Again) -> CheckedManifest:
    """Put each reason before the note of its row; findings instead, if one cannot stand there."""
    made = [
        (row, _noted(one, again.get(row, "")))
        for row, one in zip(checked.rows, checked.consignments, strict=True)
    ]
    faults = ((row, note_fault(one.slip.note or "", now.tables)) for row, one in made)
    findings = [
        RowFinding(row, "", COLUMNS["note"], code) for row, code in faults if code and row in again
    ]
    if findings:
        return CheckedManifest(findings=findings, references=checked.references)
    return replace(checked, consignments=[one for _, one in made])


def _noted(one: Consignment, reason: str) -> Consignment:
    said = spelling.canonical(spelling.tidy(reason))
    if not said:
        return one
    note = "; ".join(text for text in (said, one.slip.note) if text)
    return replace(one, slip=replace(one.slip, note=note))
