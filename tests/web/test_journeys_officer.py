"""An officer's journeys, line by line, with the tests that show each."""

import pytest

from tests.kit import journeys
from tests.kit.journeys import Journey

INVESTIGATE = "tests/web/pages/test_investigate.py"
FOUND_AND_OPENED = (
    f"{INVESTIGATE}::test_an_officer_finds_an_item_opens_its_slip_and_reads_what_was_signed"
)
RE_SEALED = (
    f"{INVESTIGATE}::test_who_has_held_an_item_is_warned_and_late_acts_and_both_seals_are_shown"
)
TAKEN_AWAY = (
    "tests/web/pages/test_log.py::test_what_an_officer_takes_away_is_verified_by_a_stranger"
)
NOTED = "tests/web/pages/test_log.py::test_who_took_what_is_noted_before_it_is_given"
ANCHORED = (
    "tests/web/api/test_paper.py::"
    "test_each_code_has_its_verdict_and_verifying_with_paper_ends_in_a_match"
)
GONE = (
    "tests/web/pages/test_log.py::"
    "test_an_end_that_is_gone_and_acts_of_a_machine_that_are_not_here_are_told"
)
PAPER = "tests/services/evidence/test_paper.py"
ROWS = "tests/web/test_story_rows.py"
HTML, SCRIPT = "tests/verifiers/test_html.py", "tests/verifiers/test_verify.py"
GREEN_TICK, CHECKPOINTS = (
    "tests/attacks/test_no_green_tick.py",
    "tests/verifiers/test_checkpoints.py",
)
COUNT = "tests/web/pages/test_stock.py"

# A missing item is investigated.
J11: Journey = {
    "sign-in with the own key": "tests/web/pages/test_own_key.py::test_a_security_key_signs_in_by_a_touch_and_leaves_with_its_person",
    "a reason, signed, before a slip is read": FOUND_AND_OPENED,
    "a number leads to the timeline": FOUND_AND_OPENED,
    "timeline to scale": "tests/web/test_charts.py::test_lengths_are_true_to_time",
    "timeline of one day, closely": f"{RE_SEALED} tests/web/test_charts.py::test_a_view_cuts_off_what_lies_outside_and_leaves_empty_lanes_out",
    "timeline with people, places, clocks": f"{ROWS}::test_every_act_has_its_dot_and_its_time_between",
    "gaps in red": f"{ROWS}::test_a_take_waits_until_its_offer_comes_and_is_matched_then tests/web/pages/test_settle.py::test_two_officers_settle_what_an_alarm_has_shown_them",
    "each step opens its signed record": f"{FOUND_AND_OPENED} tests/web/pages/test_entry.py::test_every_entry_of_a_day_is_told_in_words_with_its_signatures",
    "window of doubt: last certain to first uncertain sighting": "tests/services/custody/test_doubt_window.py::test_a_damaged_envelope_ends_it_and_a_seal_that_was_read_begins_it",
    "people and devices inside it, what else they handled": "tests/services/custody/test_doubt_window.py::test_an_open_item_is_in_doubt_since_its_seal_was_read_last",
    "from there a person or machine is stopped, a key ended": "tests/web/pages/test_alarms.py::test_a_person_is_stopped_from_where_the_officer_sees_them tests/web/pages/test_alarms.py::test_holds_of_people_and_machines_are_ended_by_two",
    "reads of this record": f"{FOUND_AND_OPENED} tests/services/session/test_readings.py::test_whoever_is_told_what_a_slip_says_is_named_with_device_time_and_reason",
    "alarms with what to do": "tests/web/pages/test_alarms.py::test_each_alarm_says_what_to_do_and_whom_to_stop",
    "a fork is settled by two officers": "tests/web/pages/test_settle.py::test_two_officers_settle_what_an_alarm_has_shown_them",
    "an act is put right by two officers": "tests/web/pages/test_put_right.py::test_two_officers_put_an_act_right_at_one_screen",
    "a slip is put right by two officers": f"{FOUND_AND_OPENED} tests/web/api/test_put_right.py::test_two_officers_put_a_slip_right_that_the_first_has_opened",
    "compare with paper": f"{FOUND_AND_OPENED} {ANCHORED}",
    "the sealed dossier, with opened records or without": f"{TAKEN_AWAY} {FOUND_AND_OPENED}",
    "the export is itself noted": NOTED,
    "bad: the number was read over the phone with a mistake": f"{FOUND_AND_OPENED} tests/services/custody/test_near.py::test_an_item_is_offered_whatever_the_slip",
    "bad: the same sender's reference twice": "tests/web/api/test_find.py::test_one_document_number_that_was_sent_twice_leads_to_both_items",
    "bad: re-sealed, thus two seals": RE_SEALED,
    "bad: a voided seal's number leads to its item": "tests/services/custody/test_near.py::test_a_seal_leads_to_its_item",
    "bad: acts that arrived days late": RE_SEALED,
    "bad: the auditor is a former holder": RE_SEALED,
    "bad: two people are said to have it": f"{ROWS}::test_all_who_are_said_to_have_a_contested_item_have_a_lane",
    "bad: ten years later, after two rotations": "tests/web/pages/test_entry.py::test_an_item_of_ten_years_ago_still_verifies_after_two_rotations",
    "bad: the book of readings was cut or written anew": f"{PAPER}::test_the_book_of_readings_can_be_neither_cut_nor_written_anew",
    "bad: nobody else sees or signs any of it": f"{INVESTIGATE}::test_nobody_else_sees_or_signs_any_of_it",
}

# The whole chain is verified on a laptop without network.
J12: Journey = {
    "the bundle is downloaded from the page": TAKEN_AWAY,
    "a page that needs no installation and asks nobody": f"{HTML}::test_the_page_is_alone_and_may_ask_nobody",
    "hashes, links, signatures, counters, checkpoints, keys": f"{HTML}::test_answers_attacks_as_verify_py_does {SCRIPT}::test_agrees_with_the_auditor_on_attacks_by_chance",
    "seals are unique": f"{SCRIPT}::test_a_serial_printed_twice_is_a_finding",
    "double custody": "tests/verifiers/test_story.py::test_a_second_act_that_is_disputed_in_its_line_alone_contests_the_first",
    "progress, and stop": f"{HTML}::test_stop_gives_no_verdict tests/cli/test_audit.py::test_who_waits_at_a_terminal_is_told_how_far_an_audit_is",
    "one sentence and a table": f"{HTML}::test_the_result_is_a_word_and_a_sentence_in_both_languages",
    "codes of chosen days are typed": f"{HTML}::test_with_genesis_and_typed_code_it_matches {PAPER}::test_codes_of_some_days_fit_as_far_as_they_go",
    "a typing error names its group": f"{HTML}::test_a_typed_code_of_another_log_is_wrong_and_a_mistyped_one_is_said",
    "the result is printed": f"{HTML}::test_on_paper_stands_the_result_and_not_the_form",
    "with the verifier's own hash": f"{SCRIPT}::test_it_says_its_own_hash_as_the_closing_sheet_has_it",
    "the state of the log in one sentence with its age": TAKEN_AWAY,
    "KHỚP": f"{GREEN_TICK}::test_with_genesis_and_paper_it_matches_and_not_with_less {ANCHORED}",
    "THIẾU đuôi từ …": f"{HTML}::test_a_cut_tail_is_missing_and_with_a_stolen_log_key_it_is_said {PAPER}::test_a_lost_end_is_told_and_codes_of_every_epoch_fit {GONE}",
    "SAI tại sự kiện …": "tests/attacks/test_rewriting.py::test_the_first_wrong_position_of_a_bundle_is_named tests/web/pages/test_log.py::test_what_is_wrong_is_told_with_its_place",
    "THIẾU luồng của máy …": f"{HTML}::test_gaps_in_a_device_s_row_are_the_same_ranges {SCRIPT}::test_gaps_in_a_devices_row_are_said_in_ranges {GONE}",
    "Không đủ khoá để kết luận": f"{GREEN_TICK}::test_without_its_keys_and_catalogues_it_says_what_is_missing {HTML}::test_an_honest_bundle_is_not_enough_without_paper",
    "never a bare green tick": f"{GREEN_TICK}::test_a_match_says_what_was_checked_and_what_was_not",
    "bad: a truncated copy": f"{HTML}::test_missing_extra_and_broken_files {GREEN_TICK}::test_without_any_one_file_it_is_never_a_match",
    "bad: a bundle of two epochs": f"{HTML}::test_a_log_of_two_epochs tests/services/keys/test_epoch.py::test_a_bundle_holds_both_epochs",
    "bad: a tampered verifier": f"{SCRIPT}::test_it_says_its_own_hash_as_the_closing_sheet_has_it {HTML}::test_exported_files_are_this_page",
    "bad: the genesis sheet of another log or year": f"{HTML}::test_a_wrong_genesis_is_wrong {SCRIPT}::test_wrong_genesis_is_a_finding",
    "bad: a world that somebody else founded": f"{HTML}::test_a_false_world_matches_itself_and_not_the_paper",
    "bad: very large": f"{HTML}::test_a_hundred_thousand_digests_are_told_apart {SCRIPT}::test_of_very_many_findings_only_the_number_is_kept",
    "bad: no programs can be run, so the page": f"{HTML}::test_a_folder_may_be_dropped",
    "bad: an old browser": f"{HTML}::test_a_browser_without_ed25519_concludes_nothing",
}

# Shifts change, as far as there are pages for it.
J16: Journey = {
    "the incoming person counts blind; differences are shown": f"{COUNT}::test_a_count_keeps_what_is_missing_on_the_screen",
    "a handover sheet with the chain's head": TAKEN_AWAY,
}


@pytest.mark.parametrize("journey", [J11, J12, J16], ids=["J11", "J12", "J16"])
def test_every_line_is_shown_by_tests_that_are_there(journey: Journey):
    assert journeys.unknown_tests(journey) == []
    assert journeys.lines_without_tests(journey) == []
