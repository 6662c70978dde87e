"""The dated tables that come with the program."""

from kt1custody.core.item import Mark, Urgency
from kt1custody.sheets import catalogues


def test_lead_times_are_those_of_the_circular() -> None:
    assert catalogues.tables().lead_hours == {"office": 4, "commune": 12, "other": 24}


def test_subject_words_are_listed() -> None:
    assert catalogues.tables().subject_words == ("V/v", "về việc", "trích yếu", "nội dung")


def test_every_mark_with_every_urgency_has_its_own_product() -> None:
    products = catalogues.products()
    assert set(products) == {(mark, urgency) for mark in Mark for urgency in Urgency}
    assert len(set(products.values())) == 16
