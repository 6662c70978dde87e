"""What a witness replies, over the network or in a file: a status as in HTTP and a body, untrusted.

Protocol: C2SP tlog-witness.
"""

from dataclasses import dataclass

from kt1custody.core.log import tlog
from kt1custody.core.log.keyring import Witness
from kt1custody.errors import MalformedInputError
from kt1custody.services.session.given_file import GivenFile
from kt1custody.system import http_call

SECONDS = 20.0  # for a whole call
MOST = 16_384  # bytes of a reply


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessReply:
    """What a witness replied, untrusted."""

    status: int
    body: bytes

    @property
    def size(self) -> int | None:
        """The size that it has cosigned last, if it says so because it was asked from another."""
        if self.status != 409:
            return None
        try:
            return tlog.read_answered_size(self.body)
        except MalformedInputError:
            return None


def add_checkpoint(witness: Witness, request: bytes) -> WitnessReply:
    """Ask a witness who has an address to cosign a checkpoint.

    Raises:
        UnavailableError: `no-answer`.
    """
    return _call(witness, tlog.ADD_CHECKPOINT, request)


def newest(witness: Witness, origin: str) -> WitnessReply:
    """Ask a witness who has an address what it has cosigned last of a log.

    Raises:
        UnavailableError: `no-answer`.
    """
    return _call(witness, tlog.checkpoint_path(origin), None)


def read_file(file: GivenFile) -> WitnessReply:
    """Read a reply that came on a stick.

    Raises:
        MalformedInputError: `answer-malformed`.
    """
    try:
        status, body = tlog.read_answer(file.content)
    except MalformedInputError as error:
        raise MalformedInputError(error.code, name=file.name) from None
    if len(file.content) > MOST:
        raise MalformedInputError("answer-malformed", name=file.name)
    return WitnessReply(status=status, body=body)


def _call(witness: Witness, path: str, body: bytes | None) -> WitnessReply:
    url = (witness.url or "").rstrip("/") + path
    answer = http_call.call(url, body, seconds=SECONDS, most=MOST)
    return WitnessReply(status=answer.status, body=answer.body)
