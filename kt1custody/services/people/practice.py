"""What only a log for practice allows: its PINs are known to everybody, and so its keys protect nothing.

**Rule:** each function asks the log first whether it is for training; of a real log it gives nothing.
"""

from kt1custody.core.log.keyring import Control
from kt1custody.errors import NotAllowedError
from kt1custody.services.session.session import Session
from kt1custody.signing import browsers, key_files

DEVICES = ("WEB1", "WEB2", "WEB3", "WEB4")


def key_file(session: Session, staff: str) -> bytes:
    """Give a person's key file, as it lies on this machine.

    Raises:
        NotAllowedError: `not-training`.
        UnavailableError: `key-file-missing`, `keys-folder`.
    """
    _refuse_real(session)
    return key_files.read_raw(key_files.path(session.keys, staff), staff)


def bind(session: Session) -> tuple[str, str]:
    """Make a browser one of the devices that were enrolled for practice; as `browsers.bind`.

    The first that no browser is; else the one at which nothing was changed for longest.

    Raises:
        NotAllowedError: `not-training`; `browser-code`: none was enrolled.
    """
    control = _refuse_real(session)
    taken = {one.device for one in browsers.every(session.keys) if one.secret}
    devices = [one for one in DEVICES if one in control.devices]
    if not devices:
        raise NotAllowedError("browser-code")
    free = [one for one in devices if one not in taken]
    device = free[0] if free else min(devices, key=lambda one: browsers.changed(session.keys, one))
    code = browsers.offer(session.keys, device, session.clock())
    return browsers.bind(session.keys, code, session.clock())


def _refuse_real(session: Session) -> Control:
    control = session.control()
    if not control.training:
        raise NotAllowedError("not-training")
    return control
