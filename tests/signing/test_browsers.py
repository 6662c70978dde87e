"""What a machine keeps of browsers: codes, secrets, halves of keys."""

from pathlib import Path

import pytest

from kt1custody.errors import NotAllowedError, RefusedError, UnavailableError
from kt1custody.signing import browsers, tries

NOW = 1_795_000_000
KID, PROOF = b"k" * 8, b"p" * 32


def test_a_code_makes_a_browser_a_device_once(tmp_path: Path):
    code = browsers.offer(tmp_path, "WEB1", NOW)
    device, secret = browsers.bind(tmp_path, f" {code[:5].lower()}-{code[5:]} ", NOW)
    assert device == "WEB1"
    found = browsers.known(tmp_path, secret)
    assert found is not None
    assert found.device == "WEB1"
    for wrong in (secret + "x", "WEB1.", "WEB2." + secret, "../WEB1." + secret, ""):
        assert browsers.known(tmp_path, wrong) is None
    with pytest.raises(NotAllowedError, match="browser-code"):
        browsers.bind(tmp_path, code, NOW)


def test_a_code_lives_for_an_hour_and_an_empty_one_opens_nothing(tmp_path: Path):
    code = browsers.offer(tmp_path, "WEB1", NOW)
    for wrong, now in ((code, NOW + 3_601), ("", NOW), ("A" * 10, NOW)):
        with pytest.raises(NotAllowedError, match="browser-code"):
            browsers.bind(tmp_path, wrong, now)


def test_another_browser_in_its_place_opens_no_key_of_the_one_before(tmp_path: Path):
    _, first = browsers.bind(tmp_path, browsers.offer(tmp_path, "WEB1", NOW), NOW)
    browsers.keep(tmp_path, "WEB1", "NV001", KID, PROOF)
    browsers.bind(tmp_path, browsers.offer(tmp_path, "WEB1", NOW), NOW)
    assert browsers.known(tmp_path, first) is None
    with pytest.raises(NotAllowedError, match="key-not-here"):
        browsers.release(tmp_path, "WEB1", KID, PROOF, NOW)


def test_a_half_is_given_for_the_proof_alone_and_guesses_are_counted(tmp_path: Path):
    half = browsers.keep(tmp_path, "WEB1", "NV001", KID, PROOF)
    assert browsers.release(tmp_path, "WEB1", KID, PROOF, NOW) == half
    for wrong in range(4):
        with pytest.raises(NotAllowedError, match="wrong-pin"):
            browsers.release(tmp_path, "WEB1", KID, bytes([wrong]) * 32, NOW)
    with pytest.raises(NotAllowedError, match="wrong-pin-wait"):
        browsers.release(tmp_path, "WEB1", KID, b"5" * 32, NOW)
    with pytest.raises(NotAllowedError, match="pin-wait"):
        browsers.release(tmp_path, "WEB1", KID, PROOF, NOW + 59)
    assert browsers.release(tmp_path, "WEB1", KID, PROOF, NOW + 60) == half
    assert tries.read(tries.path(tmp_path, "NV001")).unreported == 5


def test_guesses_at_many_browsers_count_together(tmp_path: Path):
    for device in ("WEB1", "WEB2"):
        browsers.keep(tmp_path, device, "NV001", KID, PROOF)
    for turn in range(5):
        with pytest.raises(NotAllowedError):
            browsers.release(tmp_path, f"WEB{turn % 2 + 1}", KID, b"x" * 32, NOW)
    with pytest.raises(NotAllowedError, match="pin-wait"):
        browsers.release(tmp_path, "WEB1", KID, PROOF, NOW)


def test_nothing_of_a_pin_or_a_secret_lies_there_in_clear(tmp_path: Path):
    code = browsers.offer(tmp_path, "WEB1", NOW)
    _, secret = browsers.bind(tmp_path, code, NOW)
    code = browsers.offer(tmp_path, "WEB1", NOW)
    browsers.keep(tmp_path, "WEB1", "NV001", KID, PROOF)
    [path] = (tmp_path / "browsers").iterdir()
    raw = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    for clear in (code.encode(), secret.encode(), PROOF):
        assert clear not in raw


def test_what_was_dropped_or_settled_is_gone(tmp_path: Path):
    browsers.keep(tmp_path, "WEB1", "NV001", KID, PROOF, asked=b"map")
    assert [one.asked for one in browsers.every(tmp_path)] == [{KID.hex(): b"map"}]
    browsers.settle(tmp_path, "WEB1", KID)
    browsers.settle(tmp_path, "WEB1", KID)
    assert [one.asked for one in browsers.every(tmp_path)] == [{}]
    browsers.forget(tmp_path, "WEB1", KID)
    with pytest.raises(NotAllowedError, match="key-not-here"):
        browsers.release(tmp_path, "WEB1", KID, PROOF, NOW)


def test_a_browser_holds_two_hundred_keys(tmp_path: Path):
    for number in range(200):
        browsers.keep(tmp_path, "WEB1", "NV001", number.to_bytes(8, "big"), PROOF)
    with pytest.raises(RefusedError, match="browser-full"):
        browsers.keep(tmp_path, "WEB1", "NV001", b"another!", PROOF)


def test_a_spoilt_file_is_told(tmp_path: Path):
    browsers.offer(tmp_path, "WEB1", NOW)
    (tmp_path / "browsers" / "WEB1").write_bytes(b"\x80")
    with pytest.raises(UnavailableError, match="key-file-broken"):
        browsers.find(tmp_path, "WEB1")
