"""What the styles of a workbook say."""

from tests.kit.books import STRUCK, codes_of, styles_of


def test_a_struck_style_of_the_book_counts_where_the_cell_has_none_of_its_own() -> None:
    named = f"<xf/><xf fontId='{STRUCK}'/>"
    assert codes_of("<t>x</t>", styles_of("<xf xfId='1' applyFont='0'/>", named=named)) == [
        "struck-through"
    ]
    assert codes_of("<t>x</t>", styles_of("<xf xfId='1' applyFont='1'/>", named=named)) == []
