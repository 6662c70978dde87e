"""The dated tables that come with the program."""

from datetime import date

from kt1custody.core.formats.item import Mark, Urgency
from kt1custody.services.keys.genesis_entry import FIRST_POLICY
from kt1custody.sheets import catalogues


def test_lead_times_are_those_of_the_circular() -> None:
    assert catalogues.tables().lead_hours == {"office": 4, "commune": 12, "other": 24}


def test_subject_words_are_listed() -> None:
    assert catalogues.tables().subject_words == ("V/v", "về việc", "trích yếu", "nội dung")


def test_every_mark_with_every_urgency_has_its_own_product() -> None:
    products = catalogues.products()
    assert set(products) == {(mark, urgency) for mark in Mark for urgency in Urgency}
    assert len(set(products.values())) == 16


def test_figures_of_the_circular_are_in_force_from_its_day_on() -> None:
    days = {
        day
        for name, column in (("lead_times.csv", 2), ("transit_times.csv", 4))
        for day in (cells[column] for cells in catalogues._read(name))
    }
    assert days == {"2017-08-15"}


def test_every_rule_of_the_policy_has_a_source() -> None:
    assert catalogues.policy_sources(date.max).keys() == FIRST_POLICY.keys()


def test_days_off_of_a_year_are_read() -> None:
    calendar = catalogues.targets().calendar
    assert [day.isoformat() for day in sorted(calendar.off) if day.month == 2] == [
        f"2026-02-{day}" for day in range(16, 21)
    ]
    assert all(day.weekday() >= 5 for day in calendar.worked)
    assert all(day.weekday() < 5 for day in calendar.off)
