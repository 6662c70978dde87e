"""The page in a dossier tells the story in words, names the verifiers' sums, and nobody's name."""

import hashlib

import pytest

from kt1custody.core.formats import numbers
from kt1custody.i18n import LANGUAGES, language
from kt1custody.services.custody import story
from kt1custody.services.evidence import story_page
from kt1custody.services.session import checkpoint
from kt1custody.services.session.places import read_offices
from kt1custody.store.log import LogBook
from tests.kit import cast

FILES = {"verify.py": b"print()", "item.txt": b"1\n"}


def page(world: cast.World, n: int) -> str:
    signed = checkpoint.newest(world.session)
    with world.session.database.read() as connection:
        book = LogBook(connection)
        history = story.tell(book, n, cast.MORNING + 60 * 200)
        assert history is not None
        offices = {office.number: office for office in read_offices(book)}
    return story_page.html(
        world.session, history, world.session.control(), signed.checkpoint,
        offices=offices, files=FILES,
    ).decode()  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_says_item_offices_verifiers_and_that_the_log_is_for_practice(
    lived: cast.World, day: cast.Day, code: str
):
    lived.session.language = language(code)
    text = page(lived, day.numbers[0])
    for shown in (
        numbers.format_item_number(day.numbers[0]), f"({cast.OFFICE})", "kt1.lamdong.vn/68/e1",
        hashlib.sha256(FILES["verify.py"]).hexdigest(), cast.COURIER,
        lived.session.language.say("TRAINING – NOT VALID"),
    ):  # fmt: skip
        assert shown in text
    assert hashlib.sha256(FILES["item.txt"]).hexdigest() not in text


def test_neither_a_name_nor_the_genesis_hash_is_on_it(lived: cast.World, day: cast.Day):
    text = page(lived, day.numbers[0])
    genesis = lived.session.control().genesis.hex()
    for hidden in ("Nguyễn Văn Người Nhận", "K’Brỗi Hải", genesis, genesis[:16]):
        assert hidden not in text


def test_every_act_stands_with_its_place_in_the_log(lived: cast.World, day: cast.Day):
    text = page(lived, day.numbers[2])
    with lived.session.database.read() as connection:
        lines = LogBook(connection).lines(day.numbers[2])
    assert all(f"#{seq}<" in text for seq, _, _ in lines)
