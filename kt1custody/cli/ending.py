"""How a command ends that does not come to its answer: what is said, and with which exit code.

**Rule:** what is in the log has happened, whatever fails afterwards. Nobody may take it as undone
and do it again, so it is said first, and the exit code is one of its own.
"""

import contextlib
import json
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

import click

from kt1custody.cli.speech import LANGUAGE, say, say_count
from kt1custody.errors import (
    KtError,
    MalformedInputError,
    NotAllowedError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from kt1custody.words.errors import behind_lines, error_lines, plain_error

EXIT_CODES: Mapping[type[KtError], int] = {
    MalformedInputError: 2,
    RefusedError: 3,
    VerificationError: 4,
    UnavailableError: 5,
    NotAllowedError: 6,
}
RECORDED = 7  # it is in the log; something that came afterwards failed
STOPPED = 130  # by Ctrl-C or at the end of what is typed, as of any program; nothing was recorded
# Controls, marks of direction, signs that nobody sees, halves of signs; all but the three colours of
# a seal's verdict, which move nothing.
_STEERING = re.compile(
    "(?!\x1b\\[(?:3[123]|0)m)[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
UNREAD = 141  # as of any program whose reader goes away (`| head`); nothing was recorded


class AnswerLostError(OSError):
    """An answer that nobody gets: its reader has gone, the device is full, the terminal is gone."""

    def __init__(self, cause: OSError, stream: TextIO | None = None) -> None:
        super().__init__(cause.errno, cause.strerror)
        self.stream = stream
        self.is_unread = isinstance(cause, BrokenPipeError)
        self.error = UnavailableError("answer-lost", why=cause.strerror)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command has done for good before it ended.

    Attributes:
        positions: Of its entries in the log, in order.
        checkpoint: Size of the checkpoint that it has signed and kept, or None.
    """

    positions: Sequence[int] = ()
    checkpoint: int | None = None

    def lines(self) -> list[str]:
        """Say so; empty if nothing was done."""
        lines = []
        if self.positions:
            shown = ", ".join(f"#{seq}" for seq in self.positions)
            if len(self.positions) > 2:
                shown = f"#{self.positions[0]} … #{self.positions[-1]}"
            lines.append(
                say_count(
                    "RECORDED at log position {shown}: this has happened, do not record it again.",
                    "RECORDED at log positions {shown}: this has happened, do not record it again.",
                    len(self.positions),
                    shown=shown,
                )
            )
        if self.checkpoint is not None:
            lines.append(
                say_count(
                    "The checkpoint of {count} entry is signed and kept.",
                    "The checkpoint of {count} entries is signed and kept.",
                    self.checkpoint,
                )
            )
        return lines


def show(text: str) -> None:
    """Give an answer out.

    Raises:
        AnswerLostError: Nobody gets it.
    """
    _put(text, sys.stdout)


def note(text: str) -> None:
    """Say something beside the answer; raises as `show`."""
    _put(text, sys.stderr)


def exit_code(error: KtError) -> int:
    """Give the exit code of an error's family."""
    return next(code for family, code in EXIT_CODES.items() if isinstance(error, family))


def tell_error(
    error: KtError,
    behind: Sequence[KtError] = (),
    *,
    as_json: bool,
    lost: TextIO | None = None,
) -> None:
    """Say what happened and what to do, where anybody still hears it.

    Args:
        behind: That the error may come of a log that is not the newest.
        lost: A stream that nobody hears, if one is known.
    """
    behind = [warning for warning in behind if warning.code != error.code]
    if as_json:
        more = {"warnings": [warning.code for warning in behind]} if behind else {}
        lines = [spell({"error": plain_error(LANGUAGE, error), **more})]
    else:
        lines = error_lines(LANGUAGE, error) + behind_lines(LANGUAGE, behind)
    _tell(lines, as_json=as_json, lost=lost)


def end(
    cause: BaseException, done: Done, behind: Sequence[KtError] = (), *, as_json: bool
) -> int | None:
    """Say why a command has ended without its answer, and what it has done all the same.

    Args:
        behind: That it has read a log that is not the newest, if it is so.

    Returns:
        The exit code; None for what is no fault, or for others to tell.
    """
    if isinstance(cause, (click.exceptions.Exit, click.ClickException, SystemExit)):
        return None
    before, error = done.lines(), _error_of(cause)
    if not before:
        return _end_undone(cause, error, behind, as_json=as_json)
    lost = cause.stream if isinstance(cause, AnswerLostError) else None
    if error is None:
        lines = [say("It was stopped before its answer.")]
        if isinstance(cause, Exception) and not _is_stop(cause):
            lines = traceback.format_exception(cause)
    else:
        lines = error_lines(LANGUAGE, error)
    if as_json:
        more = {} if error is None else {"error": plain_error(LANGUAGE, error)}
        facts = {"recorded": list(done.positions), "checkpoint": done.checkpoint}
        _tell([spell({**facts, **more})], as_json=True, lost=lost)
    else:
        lines = [*before, say("What failed afterwards:"), *(f"  {line}" for line in lines)]
        _tell(lines, as_json=False, lost=lost)
    return RECORDED


def _end_undone(
    cause: BaseException, error: KtError | None, behind: Sequence[KtError], *, as_json: bool
) -> int | None:
    """End a command that has recorded nothing."""
    if _is_stop(cause):
        _tell(_stopped(as_json=as_json), as_json=as_json, lost=None)
        return STOPPED
    if isinstance(cause, AnswerLostError) and cause.is_unread:
        return UNREAD
    if error is None:
        return None
    lost = cause.stream if isinstance(cause, AnswerLostError) else None
    tell_error(error, behind, as_json=as_json, lost=lost)
    return exit_code(error)


def _is_stop(cause: BaseException) -> bool:
    """Tell whether a person has stopped the command, at a prompt or while it worked."""
    return isinstance(cause, (KeyboardInterrupt, click.Abort))


def _stopped(*, as_json: bool) -> list[str]:
    line = say("Stopped; nothing was signed.")
    return [spell({"error": {"code": "stopped", "message": line}})] if as_json else ["", line]


def spell(answer: Mapping[str, object]) -> str:
    """Write an answer for machines."""
    return json.dumps(answer, ensure_ascii=False, indent=2, default=_plain)


def _error_of(cause: BaseException) -> KtError | None:
    match cause:
        case KtError():
            return cause
        case AnswerLostError():
            return cause.error
        case OSError():  # such as a name that is too long for this machine
            why = cause.strerror or type(cause).__name__
            if cause.filename is None:
                return UnavailableError("machine-fault", why=why)
            return UnavailableError("system-fault", name=str(cause.filename)[:80], why=why)
        case _:
            return None


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _tell(lines: Sequence[str], *, as_json: bool, lost: TextIO | None) -> None:
    """Say it on the one stream, or else on the other; the exit code says it too."""
    for stream in (sys.stdout, sys.stderr) if as_json else (sys.stderr, sys.stdout):
        if stream is lost:  # what it is given by now goes nowhere
            continue
        try:
            _put("\n".join(lines), stream)
        except AnswerLostError:
            continue
        return


def _put(text: str, stream: TextIO) -> None:
    """Write text; what in it could steer a terminal, wherever it comes from, is escaped as in JSON."""
    try:
        click.echo(_STEERING.sub(lambda found: json.dumps(found[0])[1:-1], text), file=stream)
    except OSError as cause:
        raise lose(cause, stream) from None


def lose(cause: OSError, stream: TextIO) -> AnswerLostError:
    """Give up a stream that takes no more, and say so."""
    _let_go(stream)
    return AnswerLostError(cause, stream)


def release() -> None:
    """Give up each stream that takes no more, before Python fails over it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _let_go(stream)


def _let_go(stream: TextIO) -> None:
    """Send what a stream still holds nowhere; Python would fail over it once more at its end."""
    with contextlib.suppress(OSError, ValueError):  # a stream in memory has no number
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
