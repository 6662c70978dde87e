"""A counter clerk's journeys, line by line, with the tests that show each."""

import pytest

from tests.kit import journeys
from tests.kit.journeys import Journey

_PAGES, _API = "tests/web/pages/", "tests/web/api/"
_ONE = f"{_PAGES}test_registering.py::test_one_item_by_keyboard_alone_then_the_same_reference_again"
_MANY = f"{_PAGES}test_registering.py::test_two_hundred_rows_are_pasted_mended_read_back_and_signed_once"
_DRAFT = (
    f"{_PAGES}test_registering.py::test_a_draft_is_of_one_person_in_one_tab_and_is_registered_once"
)
_LIST = f"{_PAGES}test_registering.py::test_a_list_with_faults_is_shown_and_mended_and_signed_as_a_whole"
_FIELDS = f"{_API}test_register.py::test_each_wrong_field_is_named_with_its_reason"
_SHEETS = f"{_API}test_register.py::test_what_spreadsheets_do_is_named_by_row_or_does_no_harm"
_JOB = (
    f"{_PAGES}test_seals.py::test_a_job_jams_is_resumed_and_every_label_is_scanned_on_its_envelope"
)
_VOID = f"{_PAGES}test_seals.py::test_labels_are_given_once_and_to_their_own_visit_alone"
_NO_SEAL = f"{_API}test_seals.py::test_what_has_no_seal_cannot_leave_the_counter"
_ROLL = f"{_API}test_seals.py::test_a_roll_that_ends_is_resumed_at_the_place_that_is_missing"
_SCAN = f"{_API}test_scan.py::test_what_is_no_item_is_said_in_words"
_LABEL = "tests/printing/test_seal_label.py::"

# One item is registered. The messenger's card is not read yet.
J1: Journey = {
    "unlock with card or PIN": f"{_PAGES}test_own_key.py::test_a_security_key_signs_in_by_a_touch_and_leaves_with_its_person",
    "the last screen stays for the same person alone": f"{_API}test_keys.py::test_locked_nothing_is_done_until_the_same_person_signs",
    "sender and recipient from a closed list, by initials and old places": _ONE,
    "reference, mark, urgency, kind, layers, named person": f"{_ONE} {_FIELDS}",
    "what is right is shown as it will be signed": f"{_API}test_register.py::test_what_is_right_is_described_as_it_will_be_signed",
    "the checklist of the envelope": f"{_ONE} {_API}test_register.py::test_what_cannot_be_proposed_is_refused",
    "the clerk confirms; number and receipt": _ONE,
    "the seal": f"{_API}test_seals.py::test_a_job_is_printed_drawn_once_and_bound",
    "bad: same reference this year: the earlier one, and a reason": f"{_ONE} tests/services/registration/test_sent_again.py::test_it_is_registered_again_with_a_reason_only",
    "bad: reference with spaces, full-width or decomposed letters": f"{_ONE} tests/core/manifest/test_manifest.py::test_reference_twice_is_a_duplicate",
    "bad: recipient not in the list": _FIELDS,
    "bad: text that looks like a subject": f"{_ONE} {_FIELDS}",
    "bad: timed delivery in the past": f"{_FIELDS} {_API}test_register.py::test_the_first_time_that_may_be_agreed_is_said_and_taken",
    "bad: timed delivery tomorrow at 00:00": "tests/core/manifest/test_manifest.py::test_appointment_at_the_border_second tests/core/manifest/test_manifest.py::test_wrong_row_gives_one_finding",
    "bad: mark A with one layer": _FIELDS,
    "bad: printer off: registered, the seal pending, it cannot leave": f"{_NO_SEAL} {_JOB}",
    "bad: power cut between save and print": f"{_JOB} {_DRAFT}",
}

# Two hundred items are registered.
J2: Journey = {
    "sender, mark and urgency once for all": _MANY,
    "a sender's list is loaded": _LIST,
    "Enter goes on, F-keys repeat, the count is large": _MANY,
    "problems beside each row; all or nothing": _MANY,
    "the draft of every row": f"{_DRAFT} {_MANY}",
    "read back before it is saved: totals by mark, urgency, recipient": _MANY,
    "one bill of pages 1 to n, total in words, unused lines struck": f"{_MANY} tests/services/registration/test_receipt.py::test_each_sender_gets_two_copies_that_say_what_was_accepted",
    "one signature for the whole list": _MANY,
    "seals as one job in list order, each with its place": f"{_JOB} {_LABEL}test_what_the_log_says_stands_on_the_label_and_nothing_of_the_slip",
    "closing scan in any order: repeats grey, strangers red, the missing stay": f"{_JOB} {_PAGES}test_stock.py::test_a_count_keeps_what_is_missing_on_the_screen",
    "bad: 199 or 201 envelopes": _SHEETS,
    "bad: an envelope of another sender": "tests/services/registration/test_receipt.py::test_each_sender_gets_two_copies_that_say_what_was_accepted",
    "bad: two rows alike": f"{_MANY} {_SHEETS}",
    "bad: a row or a list that comes again": f"{_ONE} {_LIST}",
    "bad: CP1258": f"{_API}test_register.py::test_a_csv_of_the_old_windows_page_is_read",
    "bad: merged header, formulas, 01/02/2026, 1.2E+10, hidden sheet, 20,000 blank rows": _SHEETS,
    "bad: the label roll ends at 117": _ROLL,
    "bad: two labels stuck together": f"{_ROLL} {_VOID}",
    "bad: the session's limit passes": f"{_API}test_keys.py::test_left_alone_it_locks_itself_and_a_shift_later_it_is_over",
    "bad: a second clerk opens the same draft": _DRAFT,
}

# Seals are printed, stuck on and scanned.
J3: Journey = {
    "the exact bitmap for the printer": "tests/printing/test_labels.py::test_a_bitmap_is_the_page_in_the_printer_s_own_dots",
    "digits only in the code": "tests/printing/test_labels.py::test_every_page_is_read_by_both_and_verifies",
    "number in groups, origin, date, place; no addressee, no word": f"{_LABEL}test_what_the_log_says_stands_on_the_label_and_nothing_of_the_slip",
    "area across the flap": f"{_LABEL}test_the_flap_label_has_room_for_signatures_and_a_stamp_over_its_edges",
    "a scan binds the seal with the clerk's key; mark A with a witness": _JOB,
    "a spoiled label is void and in the register": _VOID,
    "bad: a label on the wrong envelope": f"{_JOB} {_API}test_seals.py::test_a_label_says_on_which_envelope_it_belongs",
    "bad: a label that was never scanned": _NO_SEAL,
    "bad: a label that was copied": f"{_PAGES}test_check.py::test_everybody_may_check_a_seal",
    "bad: faded: typed, with a check digit": f"{_SCAN} {_API}test_scan.py::test_a_seal_and_a_number_name_the_same_item",
    "bad: wrong paper, another printer: nothing is printed until it is tested": _JOB,
}

# Items leave the counter.
HANDS: Journey = {
    "handover by two signatures": f"{_PAGES}test_handover.py::test_two_people_hand_over_what_they_have_scanned",
    "to somebody who is not there": f"{_PAGES}test_offers.py::test_what_is_offered_is_taken_as_far_as_it_is_found_or_withdrawn",
    "to a messenger of the recipient, and back to the sender": f"{_PAGES}test_deliver.py::test_a_messenger_collects_and_a_sender_takes_back",
    "bad: what the rules refuse": f"{_API}test_deliver.py::test_what_stands_in_the_way_is_said {_API}test_offer.py::test_what_stands_in_the_way_is_said",
}

# Whatever else may go wrong at a counter.
BAD: Journey = {
    "two browsers with one draft": _DRAFT,
    "back button after signing": _DRAFT,
    "a tab asleep over a change": f"{_API}test_acts.py::test_what_has_changed_meanwhile_is_not_committed",
    "double click": f"{_PAGES}test_handover.py::test_two_people_hand_over_what_they_have_scanned",
    "network lost between sign and answer": f"""
        {_PAGES}test_handover.py::test_an_answer_that_is_lost_records_nothing_twice_and_another_list_is_never_signed
        {_API}test_acts.py::test_a_lost_answer_is_asked_for_by_the_hash_of_its_act {_DRAFT}""",
    "clock of the PC wrong": f"{_API}test_acts.py::test_a_clock_that_is_behind_the_log_signs_nothing",
    "cookies or storage refused": f"{_PAGES}test_signing_in.py::test_a_browser_that_may_keep_nothing_says_so",
    "a request of 100 MB": """
        tests/web/test_guard.py::test_a_large_request_is_refused_before_it_comes
        tests/web/test_guard.py::test_one_that_does_not_say_its_size_is_read_no_further_than_the_limit""",
    "names that are HTML, formulas, bidi": f"""
        {_PAGES}test_deliver.py::test_a_messenger_collects_and_a_sender_takes_back {_FIELDS}
        tests/sheets/test_list_template.py::test_a_name_that_looks_like_a_formula_is_text_in_every_workbook_that_goes_out""",
    "a scan that is a path, a URL, 10,000 digits": f"{_SCAN} {_PAGES}test_handover.py::test_a_repeat_is_not_counted_and_a_strangers_code_stops_nothing",
    "a session stolen, replayed, or of a revoked person": f"""
        {_API}test_keys.py::test_a_stolen_visit_is_none_in_another_browser_and_goes_on_in_its_own
        {_API}test_keys.py::test_a_challenge_signs_one_person_in_once
        {_API}test_keys.py::test_a_revoked_person_is_out_at_once_and_does_not_come_in_again""",
    "CSRF": "tests/web/test_guard.py::test_what_changes_something_comes_from_our_own_pages",
    "path tricks": "tests/web/test_guard.py::test_tricks_with_paths_lead_nowhere",
    "brute force of PINs from many addresses": "tests/signing/test_browsers.py::test_guesses_at_many_browsers_count_together",
}


@pytest.mark.parametrize(
    "journey", [J1, J2, J3, HANDS, BAD], ids=["J1", "J2", "J3", "hands", "bad input"]
)
def test_every_line_of_a_journey_is_shown_by_tests_that_are_there(journey: Journey):
    assert journeys.lines_without_tests(journey) == []
    assert journeys.unknown_tests(journey) == []
