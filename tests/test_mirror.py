"""The tests of every module are found under its name; where they are not, they are named here."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.kit.package import PACKAGE, ROOT

TESTS = ROOT / "tests"

# These only declare, or forward to others; what they say is seen wherever they are used.
DECLARES = {
    "__main__", "errors", "services/session/given_file", "sheets/limits", "sheets/look",
    "store/tables", "audit/findings",
}  # fmt: skip

# These are parts of something whose tests go through all of it.
PART_OF = {
    "printing/receipt": "services/registration/test_receipt",
    "app": "cli/test_clock",
    "audit/saved_state": "audit/test_since",
    "audit/bundle": "audit/test_checkpoints",
    "audit/folder": "audit/test_checkpoints",
    "audit/growth": "audit/test_checkpoints",
    "audit/folder_audit": "audit/test_dossier",
    "audit/judge": "audit/test_evidence",
    "audit/working_state": "audit/test_since",
    "audit/positions": "audit/test_since",
    "audit/dossier_scope": "audit/test_dossier",
    "audit/replay": "audit/test_tamper",
    "audit/report": "audit/test_tamper",
    "audit/signatures": "audit/test_tamper",
    "audit/tables": "audit/test_tamper",
    "cli/audit": "cli/test_trust",
    "cli/cosign": "cli/test_witness",
    "cli/custody": "cli/test_story",
    "cli/device": "cli/test_story",
    "cli/evidence": "cli/test_closing",
    "cli/face": "cli/test_ending",
    "cli/founding_questions": "cli/test_founding",
    "cli/incoming": "cli/test_restore",
    "cli/item": "cli/test_import",
    "cli/label_printer": "cli/test_print_jobs",
    "cli/main": "cli/test_ending",
    "cli/new_pin": "cli/test_founding",
    "cli/offer": "cli/test_story",
    "cli/officers": "cli/test_founding",
    "cli/outgoing": "attacks/test_other_folders",
    "cli/own_folder": "attacks/test_other_folders",
    "cli/person": "cli/test_enrolment",
    "cli/pick_agency": "cli/test_slip",
    "cli/print_job": "cli/test_print_jobs",
    "cli/question": "cli/test_founding",
    "cli/ruling": "cli/test_story",
    "cli/seal": "cli/test_print_jobs",
    "cli/sources": "cli/test_scans",
    "cli/speech": "cli/test_languages",
    "cli/spoiled": "cli/test_print_jobs",
    "cli/templates": "cli/test_office",
    "core/log/anchor": "core/test_vectors",
    "core/manifest/cells": "core/manifest/test_manifest",
    "core/log/checkpoint": "core/test_c2sp",
    "core/custody/custody_chain": "core/custody/test_custody_story",
    "core/manifest/fonts": "core/manifest/test_old_fonts",
    "core/log/schema": "core/log/test_act",
    "core/custody/history": "core/custody/test_fold",
    "core/custody/aside": "attacks/test_set_aside",
    "core/custody/holding": "attacks/test_set_aside",
    "core/custody/judgement": "core/test_insiders",
    "core/manifest/layout": "core/manifest/test_manifest",
    "core/custody/persons": "attacks/test_one_insider",
    "core/log/receipt": "core/test_vectors",
    "core/log/signers": "core/log/test_keyring",
    "core/custody/story": "core/custody/test_custody_story",
    "core/log/tlog": "core/test_c2sp",
    "i18n": "test_languages",
    "printing/calibration": "printing/test_labels",
    "printing/closing_sheet": "services/evidence/test_day",
    "printing/genesis_sheet": "services/keys/test_genesis",
    "printing/minutes": "services/keys/test_ceremony",
    "printing/pages": "printing/test_read",
    "printing/qr": "printing/test_labels",
    "printing/seal_label": "printing/test_label_faces",
    "printing/story_page": "verifiers/test_story",
    "printing/typeset": "printing/test_labels",
    "services/people/alarms": "services/keys/test_exposure",
    "services/evidence/auditor": "audit/test_trust_file",
    "core/log/commitments": "services/evidence/test_backup",
    "services/keys/clock": "cli/test_clock",
    "services/session/clock_check": "cli/test_clock",
    "services/evidence/closing": "services/evidence/test_day",
    "services/custody/deliver": "services/session/test_drafts",
    "services/session/session": "services/keys/test_genesis",
    "services/evidence/export": "audit/test_checkpoints",
    "system/files": "attacks/test_faulty_disk",
    "services/session/given_file": "cli/test_given_files",
    "services/registration/fill_in": "cli/test_slip",
    "services/keys/founding_note": "services/keys/test_genesis",
    "services/keys/genesis_entry": "services/keys/test_genesis",
    "services/keys/genesis_sheet": "services/keys/test_genesis",
    "services/custody/hand_over": "services/session/test_drafts",
    "services/witness/reply": "services/witness/test_cosign",
    "services/session/printed": "services/evidence/test_trust",
    "services/seals/labels": "services/seals/test_seal_jobs",
    "services/custody/look": "services/custody/test_disclose",
    "services/keys/minutes": "services/keys/test_ceremony",
    "services/session/pictures": "cli/test_scans",
    "services/session/places": "services/registration/test_catalogue",
    "services/session/print_book": "services/seals/test_seal_jobs",
    "services/witness/quorum": "services/witness/test_cosign",
    "services/seals/resume": "services/seals/test_seal_jobs",
    "services/witness/conflict": "services/witness/test_cosign",
    "services/people/roster": "services/people/test_people",
    "services/session/scan_list": "cli/test_scans",
    "services/evidence/rollback_guard": "services/evidence/test_trust",
    "services/registration/send_back": "services/test_every_manifest",
    "services/session/slips": "services/custody/test_disclose",
    "services/seals/spoiled": "services/seals/test_seal_jobs",
    "services/people/staff": "services/people/test_people",
    "services/evidence/stamps": "signing/test_stamp",
    "services/session/step": "services/session/test_drafts",
    "services/evidence/vouched": "attacks/test_planted_entries",
    "services/custody/story": "verifiers/test_story",
    "services/evidence/story_page": "verifiers/test_story",
    "services/evidence/story_words": "verifiers/test_story",
    "services/registration/template": "services/test_every_manifest",
    "services/evidence/verify": "audit/test_since",
    "services/witness/coverage": "services/witness/test_cosign",
    "settings": "test_completeness",
    "sheets/cell_text": "sheets/test_number_format",
    "sheets/delimited": "sheets/test_table",
    "sheets/fonts": "sheets/test_unseen",
    "sheets/frame": "sheets/test_unseen",
    "sheets/letters": "sheets/test_table",
    "sheets/returned_book": "sheets/test_returned",
    "sheets/rich_text": "sheets/test_unseen",
    "sheets/styles": "sheets/test_number_format",
    "sheets/template": "services/test_every_manifest",
    "sheets/worksheet": "sheets/test_workbook",
    "sheets/xml_parts": "sheets/test_package",
    "signing/acts": "services/session/test_writer",
    "signing/cosigned": "services/witness/test_cosign",
    "store/beside": "services/session/test_proposal",
    "store/checkpoints": "services/witness/test_cosign",
    "services/session/lost": "services/evidence/test_backup",
    "services/evidence/sealed_file": "services/evidence/test_backup",
    "signing/seals": "services/evidence/test_trust",
    "signing/tries": "signing/test_person_keys",
    "store/copying": "services/evidence/test_backup",
    "store/sealed": "services/evidence/test_backup",
    "store/clocks": "cli/test_clock",
    "services/evidence/take_back": "services/evidence/test_catch_up",
    "store/rows": "store/test_derived",
    "store/tree": "interop/test_ours",
    "cli/serve": "web/pages/test_handover",
    "services/people/names": "web/pages/test_handover",
    "services/people/practice": "web/pages/test_handover",
    "web/api/correct": "web/pages/test_correct",
    "web/api/find": "web/pages/test_item",
    "web/api/seals": "web/pages/test_seals",
    "web/label_desk": "web/pages/test_seals",
    "web/proposals": "web/pages/test_seals",
    "web/api/acts": "web/pages/test_handover",
    "web/api/keys": "web/pages/test_handover",
    "web/api/scan": "web/pages/test_handover",
    "web/api/rulings": "web/pages/test_settle",
    "web/app": "web/test_guard",
    "web/asking": "web/pages/test_handover",
    "web/items": "web/pages/test_handover",
    "web/pages/alarms": "web/pages/test_settle",
    "web/pages/entry": "web/pages/test_investigate",
    "web/pages/home": "web/pages/test_handover",
    "web/pages/overview": "web/pages/test_log",
    "web/pages/page": "web/pages/test_handover",
    "web/pages/practice": "web/pages/test_handover",
    "web/pages/signing_in": "web/pages/test_handover",
    "web/serve": "web/pages/test_handover",
    "web/pages/stock": "web/pages/test_handover",
    "web/site": "web/pages/test_handover",
    "web/api/staff": "web/pages/test_people",
    "web/pages/authority": "web/test_serve",
    "web/api/founding": "web/pages/test_first_run",
    "web/api/lists": "web/pages/test_first_run",
    "words/acts": "services/test_insiders",
    "words/findings": "words/test_errors",
    "words/items": "words/test_listings",
    "words/judgements": "words/test_errors",
    "words/seals": "cli/test_check",
    "words/stories": "words/test_both_languages",
    "words/times": "words/test_listings",
    "words/trust": "cli/test_trust",
    "words/verdicts": "words/test_both_languages",
    "web/pages/stock": "web/pages/test_handover",
}


def modules() -> set[str]:
    return {
        path.relative_to(PACKAGE).with_suffix("").as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }


def has_own_tests(module: str) -> bool:
    """Whether there is a file `test_<module>.py` in the mirror, or `test_<module>_<what>.py`."""
    place = TESTS / Path(module).parent
    name = Path(module).name
    return any(place.glob(f"test_{name}.py")) or any(place.glob(f"test_{name}_*.py"))


def test_every_module_has_its_tests_under_its_name_or_is_named_with_where_they_are():
    without = {module for module in modules() if not has_own_tests(module)}
    assert without - DECLARES - PART_OF.keys() == set(), "add a test file under these names"
    assert (DECLARES | PART_OF.keys()) - without == set(), "these have their own, or are gone"
    assert DECLARES & PART_OF.keys() == set()


def test_what_is_named_is_there():
    assert [name for name in PART_OF.values() if not (TESTS / f"{name}.py").is_file()] == []


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(TESTS.rglob("*.py")):
        yield path.relative_to(TESTS).as_posix(), ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{name.name}" for name in names)
            case ast.Import(names=names):
                yield from (name.name for name in names)


def test_no_module_imports_from_a_test_module_or_a_conftest():
    for name, tree in sources():
        for module in imported(tree):
            last = module.rpartition(".")[2]
            is_test = module.startswith("tests.") and "tests.kit" not in module
            assert not (is_test and last.startswith(("test_", "conftest"))), (name, module)


def test_helpers_lie_in_the_kit():
    for path in TESTS.rglob("*.py"):
        place = path.relative_to(TESTS).parts[0]
        is_test = path.name.startswith("test_") or path.name == "conftest.py"
        assert is_test or place in ("kit", "vectors"), path
