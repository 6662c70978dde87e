"""Plain files that somebody handed over, their sums, and what repeats the log."""

import hashlib
from collections.abc import Mapping

import pytest

from kt1custody.audit.findings import Report
from kt1custody.audit.folder import HandedFolder
from kt1custody.core.log import tlog
from kt1custody.errors import MalformedInputError
from kt1custody.signing import sign
from tests.kit.paper_log import Office, PaperLog

HOME = "logs/kt1.lamdong.vn/68/e1"
HONEST = {f"{HOME}/checkpoint": b"note", f"{HOME}/tile/entries/000": b"entries"}


class InMemory:
    """Files by name; None is what is no plain file."""

    name = "handed"

    def __init__(self, files: Mapping[str, bytes | None]) -> None:
        self.files = files

    def sizes(self) -> Mapping[str, int | None]:
        return {
            name: None if content is None else len(content) for name, content in self.files.items()
        }

    def read(self, name: str, most: int) -> bytes:
        return (self.files[name] or b"")[:most]


def summed(files: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
    """Files with the sums of all of them."""
    lines = (
        f"{hashlib.sha256(content or b'').hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )
    return {**files, "SHA256SUMS": "".join(lines).encode()}


def opened(files: Mapping[str, bytes | None]) -> tuple[HandedFolder, Report]:
    report = Report()
    return HandedFolder(InMemory(files), report), report


def test_what_is_listed_and_fits_its_sum_is_as_it_was_handed_over():
    folder, report = opened(summed(HONEST))
    assert (report.findings, report.checked) == ([], ["sums"])
    assert (folder.origins, folder.is_dossier) == (["kt1.lamdong.vn/68/e1"], False)
    assert f"{HOME}/checkpoint" in folder
    assert folder.read(f"{HOME}/checkpoint") == b"note"
    assert folder.read("more") is None
    assert folder.names(f"{HOME}/tile/") == ["entries/000"]


def test_a_dossier_is_known_by_its_item_or_its_entries():
    for name in ("item.txt", "entries/3.entry"):
        assert opened(summed({name: b"x"}))[0].is_dossier


def test_epochs_come_in_their_order_and_not_in_that_of_their_letters():
    files = {f"logs/kt1.lamdong.vn/68/e{epoch}/checkpoint": b"" for epoch in (10, 2, 1)}
    folder, _ = opened(summed(files))
    assert [origin[-3:] for origin in folder.origins] == ["/e1", "/e2", "e10"]


def test_a_folder_with_nothing_of_a_log_in_it_is_none():
    with pytest.raises(MalformedInputError, match="not-a-bundle"):
        opened({"README": b"x"})


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({f"{HOME}/checkpoint": b"another"}, "bundle-sum"),
        ({"more": b"x"}, "bundle-sum"),
        ({"SHA256SUMS": b"anything"}, "bundle-sum"),
        ({f"{HOME}/checkpoint": None}, "bundle-file"),
        ({f"{HOME}/checkpoint": bytes(131_073)}, "bundle-file"),
    ],
)
def test_what_does_not_fit_the_sums_or_is_no_plain_file_is_named(
    change: Mapping[str, bytes | None], kind: str
):
    _, report = opened({**summed(HONEST), **change})
    assert kind in report.kinds


def test_a_file_that_is_not_there_is_named_once():
    files = summed(HONEST)
    del files[f"{HOME}/checkpoint"]
    folder, report = opened(files)
    folder.lose(f"{HOME}/checkpoint")
    assert [(finding.kind, finding.expected) for finding in report.findings] == [
        ("file-missing", f"{HOME}/checkpoint")
    ]


def test_keys_and_policy_are_made_again_from_the_log_and_compared(office: Office):
    control = PaperLog(office).replay.control
    files: dict[str, bytes | None] = {
        f"keys/{key.kid.hex()}.pem": sign.to_pem(key.alg, key.pub) for key in control.keys.values()
    }
    files["policy.tlog-policy"] = tlog.spell_policy(control, 9).encode()
    honest = summed({**HONEST, **files})
    folder, report = opened(honest)
    folder.compare_keys(control, whole=True)
    folder.compare_policy(control, 9)
    assert report.findings == []
    name = next(iter(files))
    for changed, kind in (
        ({**files, name: b"another"}, "key-file"),
        ({**files, "keys/00.pem": b"more"}, "key-file"),
        ({other: files[other] for other in files if other != name}, "file-missing"),
        ({**files, "policy.tlog-policy": b"quorum none\n"}, "policy"),
        ({other: files[other] for other in files if "keys" in other}, "file-missing"),
    ):
        folder, report = opened(summed({**HONEST, **changed}))
        folder.compare_keys(control, whole=True)
        folder.compare_policy(control, 9)
        assert report.kinds == {kind}
    folder, report = opened(summed({**HONEST, **files, "keys/00.pem": b"more"}))
    folder.compare_keys(control, whole=False)  # an entry that is not here may bring it
    assert report.findings == []


def test_a_list_of_offices_is_known_by_its_hash(office: Office):
    digest, content = next(iter(office.catalogues.items()))
    name = f"catalogues/{digest.hex()}.cbor"
    folder, report = opened(summed({**HONEST, name: content}))
    assert folder.catalogue(digest) == content
    folder.compare_catalogues({digest}, whole=True)
    assert report.findings == []
    folder, report = opened(summed({**HONEST, name: b"another"}))
    assert folder.catalogue(digest) is None
    folder.compare_catalogues({digest}, whole=True)
    assert report.kinds == {"catalogue"}
    folder, report = opened(summed(HONEST))
    folder.compare_catalogues({digest}, whole=True)
    assert report.not_checked == [f"catalogue-not-given: {name.removeprefix('catalogues/')}"]
