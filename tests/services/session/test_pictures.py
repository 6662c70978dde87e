"""Pictures are read into the texts of their seals; what else is on them is named, and hides none."""

import io

import pytest
from PIL import Image

from kt1custody.errors import MalformedInputError
from kt1custody.printing import qr
from kt1custody.services.session.pictures import is_ours, read_picture
from tests.kit import cast

STRANGE = qr.text_png("https://example.vn/khac")


def test_only_seals_and_offers_are_ours():
    for text in ("", "https://example.vn", "682600000014", "7" * 40):
        assert not is_ours(text)


def test_a_seal_is_given_and_the_code_beside_it_only_named(day: cast.Day):
    label = Image.open(min(day.pictures.glob("*.png"))).convert("L")
    sheet = Image.new("L", (560, 300), 255)
    sheet.paste(label, (0, 20))
    sheet.paste(Image.open(io.BytesIO(STRANGE)).convert("L").resize((200, 200)), (320, 20))
    written = io.BytesIO()
    sheet.save(written, "PNG")
    picture = read_picture(written.getvalue())
    [(page, text)] = picture.texts
    assert (page, is_ours(text), picture.pages) == (1, True, 1)
    assert picture.others == ((1, "https://example.vn/khac"),)
    assert picture.unread == ()


def test_where_no_seal_is_every_code_is_given():
    picture = read_picture(STRANGE)
    assert (picture.texts, picture.others) == (((1, "https://example.vn/khac"),), ())


def test_what_is_no_picture_is_refused():
    with pytest.raises(MalformedInputError, match="picture-unreadable"):
        read_picture(b"%PDF-1.7\n")
