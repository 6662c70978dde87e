"""The file that goes back, in the kind in which it came."""

import pytest

from kt1custody.core.manifest.layout import RETURNED
from kt1custody.sheets import returned
from kt1custody.sheets.returned import Remarks
from kt1custody.sheets.table import read_table


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_goes_back_with_the_sign_of_the_office(sign: str) -> None:
    text = f"a{sign}b\n1{sign}x\n2{sign}'=1+1\n"
    table = read_table(text.encode())
    remarks = Remarks(header=1, reasons={2: ("c", "s; -t")}, wrong=set(), left_out=set())
    raw = returned.write(".csv", table, remarks).decode("utf-8-sig")
    assert raw.splitlines()[0] == sign.join(("a", "b", *RETURNED))
    assert "'=1+1" in raw
    assert "; '-t" in raw
    read = read_table(raw.encode())
    assert read.lines[1][1] == ("1", "x", "c", "s; -t")
    assert read.lines[2][1][:2] == ("2", "=1+1")
    assert read.spots == ()
