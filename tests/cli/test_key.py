"""`kt1 key` and `kt1 item open` as officers type them, and what they answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import SERVICE_KEYS
from kt1custody.signing import service_keys
from tests.kit import cast, paper
from tests.kit.typed import Run

PAIR = ("--officer", *cast.OFFICERS)


def told(run: Run, *words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


@pytest.mark.parametrize("service", SERVICE_KEYS)
def test_the_ceremony_is_a_script_that_ends_with_both_fingerprints(
    run: Run, tmp_path: Path, service: str
):
    pdf = tmp_path / "bien-ban.pdf"
    result = run("key", "rotate", service, *PAIR, "--until", "31/12/2027", "--pdf", str(pdf))
    before_pins, *steps = result.stderr.splitlines()
    assert "chưa đồng ý thì chưa ký gì" in before_pins
    assert [line[:2] for line in steps] == ["1.", "2.", "3.", "4.", "5."]
    answer = result.stdout.splitlines()
    old, new = (line.split(": ")[1] for line in answer[1:3])
    assert old in steps[1]
    assert new in steps[1]
    assert "31/12/2027 23:59" in steps[3]
    assert "31/12/2027 23:59" in answer[3]
    words, _ = paper.read_pdf(pdf)
    assert old in words
    assert new in words
    listed = {one["kid"]: one for one in told(run, "key", "list")["keys"]}
    before, now = (listed[one.replace(" ", "")] for one in (old, new))
    assert (before["owner"], now["owner"], now["state"]) == (service, service, "current")
    assert before["until"] == "2027-12-31T23:59:00+07:00"


def test_nothing_is_rotated_unless_somebody_says_yes(run: Run, tmp_path: Path):
    before = told(run, "key", "list")
    run("key", "rotate", "seal", *PAIR, code=3, yes=False)
    taken = tmp_path / "taken.pdf"
    taken.write_bytes(b"mine")
    run("key", "rotate", "seal", *PAIR, "--pdf", str(taken), code=3)
    run("key", "rotate", "seal", *PAIR, "--until", "01/01/2020", code=3)
    run("key", "rotate", "seal", *PAIR, "--until", "soon", code=2)
    run("key", "rotate", "seal", *PAIR, "--old-key-lost", code=3)
    run("key", "rotate", "paper", *PAIR, code=2)
    run("key", "rotate", "seal", "--officer", cast.CLERK, cast.OFFICERS[0], code=6)
    assert told(run, "key", "list") == before
    assert taken.read_bytes() == b"mine"


def test_the_drill_lists_then_revokes_and_the_alarms_tell(run: Run):
    since = "23/11/2026 08:30"
    listed = told(run, "key", "doubt", "nv011", "--since", since)["doubtful"]
    assert {one["act"] for one in listed} >= {"absent", "correct", "offer", "take", "return"}
    assert all(one["signed_before"] >= "2026-11-23T08:30" for one in listed)
    lines = run("key", "doubt", cast.COURIER, "--since", since).stdout.splitlines()
    assert lines[-1].startswith(f"{len(listed)} nghiệp vụ")
    assert sum(line.startswith("#") for line in lines) == len(listed)
    assert told(run, "key", "alarms")["alarms"] == []
    [kid] = [one["kid"] for one in told(run, "key", "list")["keys"] if one["owner"] == cast.COURIER]
    told(run, "key", "revoke", kid, *PAIR, "--reason", "stolen", "--since", since)
    [alarm] = told(run, "key", "alarms")["alarms"]
    assert (alarm["code"], alarm["about"], alarm["reason"]) == ("key-lost", cast.COURIER, "stolen")
    assert told(run, "key", "alarms", "--since", "23/11/2026 10:31")["alarms"] == []
    run("key", "revoke", kid, *PAIR, "--reason", "stolen", code=3)
    run("key", "revoke", "0011", *PAIR, "--reason", "stolen", code=2)
    run("key", "revoke", "00" * 8, *PAIR, "--reason", "stolen", code=3)
    run("key", "doubt", "log", "--since", since, code=3)


def test_an_older_key_of_a_person_is_ended_by_its_fingerprint(run: Run):
    kids = [one["kid"] for one in told(run, "key", "list")["keys"] if one["owner"] == "seal"]
    told(run, "key", "rotate", "seal", *PAIR)
    run("key", "revoke", kids[0], *PAIR, "--reason", "compromised")
    states = [one["state"] for one in told(run, "key", "list")["keys"] if one["owner"] == "seal"]
    assert states == ["revoked", "current"]
    [mine] = [one["kid"] for one in told(run, "key", "list")["keys"] if one["owner"] == cast.DRIVER]
    assert cast.DRIVER in run("key", "revoke", mine, *PAIR, "--reason", "left").stdout


def test_a_slip_is_told_only_with_its_reason(run: Run, day: cast.Day):
    n = str(day.numbers[0])
    run("item", "open", n, "--officer", cast.OFFICERS[0], code=2)
    run("item", "open", n, "--officer", cast.CLERK, "--reason", "court", code=6)
    run("item", "open", n, "--officer", cast.OFFICERS[0], "--reason", "court", yes=False, code=3)
    opening = ["item", "open", n, "--officer", cast.OFFICERS[0], "--reason", "investigation"]
    said = run(*opening).stdout
    assert "Tòa án nhân dân tỉnh Lâm Đồng (LD-TAND)" in said
    assert "Nguyễn Văn Người Nhận" in said
    [one] = told(run, *opening)["items"]
    assert one["slip"]["sender"] == "LD-TAND"
    assert [record["act"] for record in one["records"]] == ["register", "deliver"]
    alarms = told(run, "key", "alarms")["alarms"]
    assert [alarm["code"] for alarm in alarms] == ["disclosed"] * 2
    assert "mở phiếu gửi" in run("item", "show", n).stdout


def test_of_what_has_ended_no_holder_is_named_among_the_doubts(run: Run, day: cast.Day):
    delivered, carried = (numbers.format_item_number(n) for n in (day.numbers[0], day.numbers[5]))
    lines = run("key", "doubt", cast.COURIER, "--since", "23/11/2026 00:00").stdout.splitlines()
    [ended] = {line.strip() for line in lines if delivered in line}
    [held] = {line.strip() for line in lines if carried in line}
    assert "đã phát" in ended
    assert cast.COURIER not in ended
    assert cast.COURIER in held


@pytest.mark.parametrize("service", ["log", "server"])
def test_a_new_key_that_lies_there_is_taken_only_by_its_fingerprint(
    run: Run, lived: cast.World, service: str
):
    left = service_keys.create(lived.folder / "keys", service, renewed=True)
    refused = run("key", "rotate", service, *PAIR, code=3)
    assert left.kid.hex() in refused.stderr
    assert f"{service}.new.key" in refused.stderr
    run("key", "rotate", service, *PAIR, "--new-key", "0011223344556677", code=3)
    answer = told(run, "key", "rotate", service, *PAIR, "--new-key", left.kid.hex())
    assert answer["new"] == left.kid.hex()
    run("key", "rotate", service, *PAIR, "--new-key", left.kid.hex(), code=3)


def test_a_person_is_asked_whether_the_new_key_that_lies_there_is_theirs(
    run: Run, lived: cast.World
):
    service_keys.create(lived.folder / "keys", "log", renewed=True)
    refused = run("key", "rotate", "log", *PAIR, yes=False, code=3)
    assert "log.new.key" in refused.stderr
