"""A counter clerk's journeys, line by line, with the tests that show each."""

import pytest

from tests.kit import journeys
from tests.kit.journeys import Journey

# One item is registered.
J1: Journey = {
    "unlock with card or PIN": "tests/web/pages/test_own_key.py::test_a_security_key_signs_in_by_a_touch_and_leaves_with_its_person",
    "a locked screen goes on for the same person alone": "tests/web/api/test_keys.py::test_locked_nothing_is_done_until_the_same_person_signs",
    "sender and recipient from a closed list, by initials and old places": "tests/web/pages/test_registering.py::test_one_item_by_keyboard_alone_then_the_same_reference_again",
    "reference, mark, urgency, kind, layers: each field is checked when it is left": "tests/web/api/test_register.py::test_each_wrong_field_is_named_with_its_reason",
    "the envelope's checklist is ticked": "tests/web/api/test_register.py::test_what_cannot_be_proposed_is_refused",
    "the clerk signs; number and receipt": "tests/web/pages/test_registering.py::test_one_item_by_keyboard_alone_then_the_same_reference_again",
    "the seal is printed": "tests/web/api/test_seals.py::test_a_job_is_printed_drawn_once_and_bound",
    "bad: same reference from the same sender this year": "tests/web/pages/test_registering.py::test_one_item_by_keyboard_alone_then_the_same_reference_again",
    "bad: reference with spaces, full-width or decomposed letters": "tests/web/pages/test_registering.py::test_one_item_by_keyboard_alone_then_the_same_reference_again",
    "bad: recipient not in the list": "tests/web/api/test_register.py::test_each_wrong_field_is_named_with_its_reason",
    "bad: a text that looks like a subject": "tests/web/pages/test_registering.py::test_one_item_by_keyboard_alone_then_the_same_reference_again",
    "bad: an appointment in the past, tomorrow at 00:00": "tests/web/api/test_register.py::test_each_wrong_field_is_named_with_its_reason",
    "bad: mark A with one layer": "tests/web/api/test_register.py::test_each_wrong_field_is_named_with_its_reason",
}

# Two hundred items are registered.
J2: Journey = {
    "a sender's list is loaded": "tests/web/pages/test_registering.py::test_a_list_with_faults_is_shown_and_mended_and_signed_as_a_whole",
    "a grid: Enter goes on, F-keys repeat, a running count": "tests/web/pages/test_registering.py::test_two_hundred_rows_are_pasted_mended_read_back_and_signed_once",
    "problems live beside each row; all or nothing; the draft of every row": "tests/web/pages/test_registering.py::test_two_hundred_rows_are_pasted_mended_read_back_and_signed_once",
    "read back before it is saved: totals by mark, urgency, recipient": "tests/web/pages/test_registering.py::test_two_hundred_rows_are_pasted_mended_read_back_and_signed_once",
    "one bill of pages 1 to n with the total in words": "tests/web/pages/test_registering.py::test_two_hundred_rows_are_pasted_mended_read_back_and_signed_once",
}

# Seals are printed, stuck on and scanned.
J3: Journey = {
    "bitmap in the printer's own dots": "tests/printing/test_labels.py::test_a_bitmap_is_the_page_in_the_printer_s_own_dots",
    "label without addressee and without the word": "tests/printing/test_labels.py::test_a_label_shows_numbers_and_offices_and_no_agency",
    "a scan binds the seal with the clerk's key; mark A with a witness": "tests/web/pages/test_seals.py::test_a_job_jams_is_resumed_and_every_label_is_scanned_on_its_envelope",
    "a spoiled label is void and in the register": "tests/web/pages/test_seals.py::test_labels_are_given_once_and_to_their_own_visit_alone",
    "bad: a label on the wrong envelope": "tests/web/api/test_seals.py::test_a_label_says_on_which_envelope_it_belongs",
}

# Whatever else may go wrong at a counter.
BAD: Journey = {
    "a request of 100 MB": """
        tests/web/test_guard.py::test_a_large_request_is_refused_before_it_comes
        tests/web/test_guard.py::test_one_that_does_not_say_its_size_is_read_no_further_than_the_limit""",
    "network lost between sign and answer": "tests/web/pages/test_handover.py::test_an_answer_that_is_lost_records_nothing_twice_and_another_list_is_never_signed",
    "a scan that is a path, a URL, very long": """
        tests/web/api/test_scan.py::test_what_is_no_item_is_said_in_words
        tests/web/pages/test_handover.py::test_a_repeat_is_not_counted_and_a_strangers_code_stops_nothing""",
    "a session stolen, replayed, or of a revoked person": """
        tests/web/api/test_keys.py::test_a_stolen_visit_is_none_in_another_browser_and_goes_on_in_its_own
        tests/web/api/test_keys.py::test_a_revoked_person_is_out_at_once_and_does_not_come_in_again""",
    "CSRF": "tests/web/test_guard.py::test_what_changes_something_comes_from_our_own_pages",
    "path tricks": "tests/web/test_guard.py::test_tricks_with_paths_lead_nowhere",
}


@pytest.mark.parametrize("journey", [J1, J2, J3, BAD], ids=["J1", "J2", "J3", "bad input"])
def test_every_line_of_a_journey_is_shown_by_tests_that_are_there(journey: Journey):
    assert journeys.lines_without_tests(journey) == []
    assert journeys.unknown_tests(journey) == []
