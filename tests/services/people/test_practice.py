"""What only a log for practice gives: key files, and devices for browsers."""

from dataclasses import replace

import pytest

from kt1custody.errors import NotAllowedError, UnavailableError
from kt1custody.services.people import browsers, practice
from kt1custody.services.session.session import Session
from tests.kit import cast


def test_a_key_file_is_given_as_it_lies(lived: cast.World):
    raw = practice.key_file(lived.session, cast.CLERK)
    assert raw == (lived.session.keys / f"{cast.CLERK}.key").read_bytes()
    with pytest.raises(UnavailableError, match="key-file-missing"):
        practice.key_file(lived.session, "NV999")


@pytest.fixture
def session(lived: cast.World, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Of a log that has enrolled the devices for practice."""
    control = lived.session.control()
    devices = {**control.devices, **dict.fromkeys(practice.DEVICES, cast.OFFICE)}
    told = replace(control, devices=devices)
    monkeypatch.setattr(Session, "control", lambda session: told)
    return lived.session


def test_each_browser_becomes_a_device_of_its_own_and_then_the_first_again(session: Session):
    bound = [practice.bind(session) for _ in practice.DEVICES]
    assert [device for device, _ in bound] == list(practice.DEVICES)
    assert [browsers.device_of(session, secret) for _, secret in bound] == list(practice.DEVICES)
    again, secret = practice.bind(session)
    assert (again, browsers.device_of(session, secret)) == (practice.DEVICES[0], again)
    assert browsers.device_of(session, bound[0][1]) is None


def test_a_real_log_gives_nothing(lived: cast.World, monkeypatch: pytest.MonkeyPatch):
    real = replace(lived.session.control(), training=False)
    monkeypatch.setattr(Session, "control", lambda session: real)
    for act in (
        lambda: practice.key_file(lived.session, cast.CLERK),
        lambda: practice.bind(lived.session),
    ):
        with pytest.raises(NotAllowedError, match="not-training"):
            act()
    assert not (lived.session.keys / "browsers").exists()


def test_a_log_without_such_devices_binds_none(lived: cast.World):
    with pytest.raises(NotAllowedError, match="browser-code"):
        practice.bind(lived.session)
