"""The policy in words."""

from dataclasses import replace

from kt1custody.services.custody.policy import PolicyRules
from kt1custody.words.policies import change_lines, rule_lines
from tests.kit.words import EN, VI

RULES = PolicyRules(
    witness={"A": frozenset({"bind", "handover"}), "B": frozenset(), "C": frozenset()},
    carry=dict.fromkeys("ABC0", frozenset({"courier"})),
    max_offline=259_200,
)


def test_each_rule_says_what_it_is_about():
    lines = {line.title: line.text for line in rule_lines(VI, RULES)}
    assert lines["Cần người chứng kiến, mật A"] == "dán tem niêm phong, bàn giao"
    assert lines["Cần người chứng kiến, mật B"] == "không có"
    assert lines["Được giữ, không mật"] == VI.word("role", "courier")
    assert len(lines) == 8


def test_only_rules_that_change_are_shown_as_they_were_and_will_be():
    stricter = replace(RULES, max_offline=3_600)
    assert [(old.text, new.text) for old, new in change_lines(EN, RULES, stricter)] == [
        (EN.span(259_200), EN.span(3_600))
    ]
