"""`kt1 policy`: shown with sources and dates; changed by two officers from a day on."""

import json

from tests.kit import cast
from tests.kit.typed import Run

PAIR = ("--officer", *cast.OFFICERS)


def test_officers_change_the_policy_from_a_day_on(run: Run):
    words = ("--witness", "B=handover", "--witness", "A=", "--carry", "A=courier,clerk")
    result = run("policy", "change", *words, "--offline", "24", "--from", "01/01/2027", *PAIR)
    assert "Cần người chứng kiến, mật B: không có → bàn giao" in result.stderr
    assert "01/01/2027 00:00" in result.stdout
    told = json.loads(run("policy", "show", "--json").stdout)
    coming, current = told["policies"]
    assert (coming["state"], coming["since"]) == ("coming", "2027-01-01T00:00:00+07:00")
    assert coming["policy"]["witness"] == {"A": [], "B": ["handover"], "C": []}
    assert coming["policy"]["carry"]["A"] == ["clerk", "courier"]
    assert coming["policy"]["max_offline"] == 86_400
    assert (current["state"], current["until"]) == ("current", coming["since"])
    assert told["sources"].keys() == coming["policy"].keys()
    lines = run("policy", "show").stdout.splitlines()
    assert "sắp hiệu lực" in lines[0]
    assert "Căn cứ:" in lines
    change = run("policy", "change", "--offline", "48", *PAIR)  # is decided later, begins at once
    assert f"#{coming['position']}" in change.stderr


def test_what_is_no_rule_is_refused(run: Run):
    run("policy", "change", "--witness", "B", *PAIR, code=2)
    run("policy", "change", "--offline", "0", *PAIR, code=2)
    run("policy", "change", *PAIR, code=3)
    run("policy", "change", "--offline", "24", "--from", "x", *PAIR, code=2)
    run("policy", "change", "--offline", "24", *PAIR, code=3, yes=False)
