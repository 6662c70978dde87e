"""Asking witnesses to cosign the log, over the network or by stick, and who they are."""

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kt1custody.cli.ending import EXIT_CODES, tell_error
from kt1custody.cli.face import Face, common, officers_option
from kt1custody.cli.speech import LANGUAGE, moment, moment_to_the_second, say, say_count
from kt1custody.core.formats import note, numbers
from kt1custody.core.formats.note import VerifierKey
from kt1custody.core.log.keyring import Witness
from kt1custody.errors import RefusedError, UnavailableError, VerificationError
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.witness.cosign import CosignOutcome
    from kt1custody.services.witness.coverage import WitnessCoverage

_PATH = click.Path(path_type=Path)
_key = click.option(
    "--key", metavar=say("KEY"), help=say("Key of a witness that is not enrolled yet.")
)


@click.command(help=say("Ask all witnesses with an address to cosign the log as it is now."))
@_key
@click.option("--url", metavar=say("URL"), help=say("Address of that witness, http or https."))
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    metavar=say("SECONDS"),
    help=say("Ask again and again until stopped; who fails is asked less often."),
)
@common
@click.pass_obj
def ask(face: Face, key: str | None, url: str | None, every: float | None) -> None:
    """Ask witnesses."""
    from kt1custody.services.witness import cosign
    from kt1custody.system import http_call

    if (key is None) != (url is None):
        raise RefusedError("key-and-url")
    if url is not None and not http_call.is_url(url):
        raise RefusedError("url-wrong", name=url)
    candidates = [_candidate(key, url)] if key is not None else []
    if every is not None:
        _ask_on(face, candidates, every)
        return
    outcomes = cosign.ask(face.session(), candidates)
    _tell(face, outcomes)
    _end(face, outcomes, EXIT_CODES[UnavailableError])


@click.command(help=say("Write a request for a witness without a network, to go on a stick."))
@click.argument("file", type=_PATH, metavar=say("FILE"))
@click.option("--name", metavar=say("NAME"), help=say("Name of the witness, if it knows the log."))
@click.option(
    "--old",
    type=click.IntRange(min=0),
    metavar=say("SIZE"),
    help=say("Where the witness stands, as its answer said."),
)
@common
@click.pass_obj
def request(face: Face, file: Path, name: str | None, old: int | None) -> None:
    """Write a request."""
    from kt1custody.cli import outgoing

    size = outgoing.witness_request(face.session(), file, name, old)
    told = say_count(
        "Request for a checkpoint of {count} entry in {file}.",
        "Request for a checkpoint of {count} entries in {file}.",
        size,
        file=file,
    )
    face.answer({"file": str(file), "size": size}, [told])


@click.command(help=say("Take the answer of a witness that came on a stick."))
@click.argument("file", type=_PATH, metavar=say("FILE"))
@_key
@common
@click.pass_obj
def add(face: Face, file: Path, key: str | None) -> None:
    """Take an answer."""
    from kt1custody.cli import incoming

    who = None if key is None else _candidate(key, None)
    done = incoming.witness_answer(face.session(), file, who)
    _tell(face, [done])
    _end(face, [done], EXIT_CODES[RefusedError])


@click.command(
    help=say(
        "Bring witnesses into force, in the place of those before; two officers. All of them are "
        "named, from different bodies, and more than half must be enough."
    )
)
@click.argument("given", nargs=-1, required=True, metavar=say("KEY…"))
@click.option(
    "--least",
    required=True,
    type=click.IntRange(min=1),
    metavar=say("COUNT"),
    help=say("How many of them make a checkpoint count."),
)
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar=say("NAME=URL"),
    help=say("Where a witness is asked; nothing behind the sign: by stick."),
)
@officers_option
@common
@click.pass_obj
def enrol(
    face: Face, given: tuple[str, ...], least: int, urls: tuple[str, ...], officers: tuple[str, str]
) -> None:
    """Enrol witnesses."""
    from kt1custody.services.witness import quorum

    first, second = map(numbers.parse_staff_number, officers)
    places = {name: url for name, _, url in (one.partition("=") for one in urls)}
    named = [note.read_key(one.strip()) for one in given]
    change = quorum.ChangeQuorum(
        keys=tuple(named), least=least, officers=(first, second), urls=places
    )
    [*_, entry] = face.carry_out(change)
    told = say_count(
        "{least} of {count} witness makes a checkpoint count from now on. Log position {seq}.",
        "{least} of {count} witnesses make a checkpoint count from now on. Log position {seq}.",
        len(named),
        least=least,
        seq=entry.seq,
    )
    face.answer(
        {"seq": entry.seq, "least": least, "witnesses": [one.name for one in named]}, [told]
    )


@click.command("list", help=say("Show the witnesses, and how much of the log is witnessed."))
@common
@click.pass_obj
def list_witnesses(face: Face) -> None:
    """List witnesses."""
    from kt1custody.services.witness import coverage

    told = coverage.standing(face.session())
    face.answer(_standing(face, told), list(_standing_lines(face, told)))


def _end(face: Face, outcomes: Sequence["CosignOutcome"], otherwise: int) -> None:
    """Raise an alarm, or end with a code of its own if not everybody has cosigned."""
    from kt1custody.services.witness import cosign

    if face.as_json and any(one.code in cosign.ALARMS for one in outcomes):
        otherwise = EXIT_CODES[VerificationError]  # the answer has told it
    else:
        cosign.raise_alarm(face.session(), outcomes)
    if not all(one.is_done for one in outcomes):
        click.get_current_context().exit(otherwise)


def _ask_on(face: Face, candidates: Sequence[Witness], every: float) -> None:
    """Ask round after round; a part of the machine that fails is told, and tried again."""
    from kt1custody.services.witness import cosign

    patience, stop = cosign.Patience(every), threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: stop.set())
    while not stop.is_set():
        try:
            resting = patience.resting(time.monotonic())
            outcomes = cosign.ask(face.session(), candidates, resting=resting)
        except UnavailableError as error:
            tell_error(error, as_json=face.as_json)
        else:
            patience.note(outcomes, time.monotonic())
            news = [one for one in outcomes if one.code != cosign.BEFORE]
            if news:
                _tell(face, news)
            # A witness that only claims something must not stop the others from cosigning.
            cosign.raise_alarm(face.session(), (one for one in outcomes if one.is_proved))
        face.session().close()  # keys may be rotated in between
        stop.wait(every)


def _candidate(key: str, url: str | None) -> Witness:
    from kt1custody.services.witness import cosign

    return cosign.candidate(note.read_key(key.strip()), url)


def _tell(face: Face, outcomes: Sequence["CosignOutcome"]) -> None:
    """Tell what came of asking."""
    from kt1custody.words.cosigning import outcome_lines

    told = [
        {
            "name": one.name,
            "outcome": one.code,
            "size": one.size,
            "time": _machine_time(face, one.time),
            "ahead": one.ahead,
            "why": one.why,
            "kept": None if one.kept is None else str(face.session().evidence / one.kept),
        }
        for one in outcomes
    ]
    evidence, zone = face.session().evidence, face.settings.zone
    lines = (line for one in outcomes for line in outcome_lines(LANGUAGE, one, zone, evidence))
    face.answer({"outcomes": told}, list(lines))


def _standing(face: Face, told: "WitnessCoverage") -> dict[str, object]:
    quorum = told.quorum
    return {
        "log_key": str(told.log_key),
        "size": told.size,
        "least": quorum.least if quorum else None,
        "witnesses": [
            {
                "name": one.name,
                "key": str(VerifierKey(one.name, note.COSIGNATURE, one.pub)),
                "url": one.url,
                "size": told.last[one.name][0] if one.name in told.last else None,
                "time": _machine_time(face, told.last.get(one.name, (0, None))[1]),
            }
            for one in (quorum.witnesses if quorum else ())
        ],
        "covered": told.covered[0] if told.covered else 0,
        "covered_at": _machine_time(face, told.covered[1] if told.covered else None),
        "uncovered": told.uncovered,
        "uncovered_since": _machine_time(face, told.since),
    }


def _standing_lines(face: Face, told: "WitnessCoverage") -> Iterator[str]:
    yield say("Key of the log, for its witnesses: {key}", key=told.log_key)
    if told.quorum is None:
        yield say("No witness is in force: nobody outside can tell if the log is cut off.")
    else:
        yield say_count(
            "{least} of {count} witness makes a checkpoint count.",
            "{least} of {count} witnesses make a checkpoint count.",
            len(told.quorum.witnesses),
            least=told.quorum.least,
        )
        for one in told.quorum.witnesses:
            yield _witness_line(face, one, told.last.get(one.name))
            yield f"  {VerifierKey(one.name, note.COSIGNATURE, one.pub)}"
    if told.covered is not None:
        yield say_count(
            "Witnessed: the first {count} entry, {at}.",
            "Witnessed: the first {count} entries, {at}.",
            told.covered[0],
            at=_moment(face, told.covered[1]),
        )
    if told.since is None:
        yield say("Every entry is witnessed.")
    else:
        yield say_count(
            "Not witnessed: {count} entry, since {at}.",
            "Not witnessed: {count} entries, since {at}.",
            told.uncovered,
            at=moment(told.since, face.settings.zone),
        )


def _witness_line(face: Face, one: Witness, last: tuple[int, int] | None) -> str:
    place = one.url or say("by stick")
    if last is None:
        return say("{name} ({place}): nothing cosigned in this epoch", name=one.name, place=place)
    return say_count(
        "{name} ({place}): {count} entry, {at}",
        "{name} ({place}): {count} entries, {at}",
        last[0],
        name=one.name,
        place=place,
        at=_moment(face, last[1]),
    )


def _moment(face: Face, at: int) -> str:
    return moment_to_the_second(at, face.settings.zone)


def _machine_time(face: Face, at: int | None) -> str | None:
    return clock_time(at, face.settings.zone)
