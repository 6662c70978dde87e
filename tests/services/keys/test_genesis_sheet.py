"""The genesis sheet holds what the founders compare later: hash, keys and who signed."""

from dataclasses import replace
from pathlib import Path

from kt1custody.i18n import language
from kt1custody.services.keys import genesis_sheet
from kt1custody.services.keys.genesis_entry import Founding
from tests.kit import cast, paper
from tests.kit.phone import entries

NAMES = ("Trần Văn Đạt", "Phạm Thị Hoà", "Nguyễn Đức Quỳnh")


def words_on(world: cast.World, folder: Path, founding: Founding) -> str:
    (folder / "sheet.pdf").write_bytes(genesis_sheet.pdf(world.session, founding))
    words, _ = paper.read_pdf(folder / "sheet.pdf")
    return words


def test_it_says_the_hash_the_keys_and_the_people_of_the_first_entry(
    founded: cast.World, tmp_path: Path
):
    words = words_on(founded, tmp_path, replace(cast.FOUNDING, names=NAMES))
    together = "".join(words.split())
    [genesis, *_] = entries(founded)
    assert genesis.leaf.hex() in together
    for key in founded.session.control().keys.values():
        assert (key.kid.hex() in together) == (key.enrolled == 0)
    for shown in (*NAMES, *cast.FOUNDING.officers, "kt1.lamdong.vn/68/e1", "QUAY01"):
        assert shown in words
    assert founded.session.language.say("TRAINING – NOT VALID") in words


def test_it_is_written_in_the_language_of_the_session_and_without_names_if_none_were_given(
    founded: cast.World, tmp_path: Path
):
    founded.session.language = language("en")
    words = words_on(founded, tmp_path, cast.FOUNDING)
    assert "Founding office" in words
    assert not any(name in words for name in NAMES)
