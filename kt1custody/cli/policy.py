"""`kt1 policy`: who may hold what, what needs a witness, and until when that was or will be so."""

from typing import TYPE_CHECKING

import click

from kt1custody.cli.face import Face, common, officers_option
from kt1custody.cli.speech import LANGUAGE, moment, say, word
from kt1custody.core.formats import numbers
from kt1custody.core.log.schema import WITNESSED
from kt1custody.core.log.signers import CARRIERS
from kt1custody.errors import MalformedInputError
from kt1custody.words.times import clock_time

if TYPE_CHECKING:
    from kt1custody.services.custody.policy import DatedPolicy, PolicyChange

_HOUR = 3_600


@click.group(
    help=say("The policy: who may hold what, what needs a witness, how long a phone may be away.")
)
def policy() -> None:
    """Hold the commands about the policy."""


@policy.command(
    help=say("Show the policy in force with its sources, and those before and to come.")
)
@common
@click.pass_obj
def show(face: Face) -> None:
    """Show policies."""
    from kt1custody.services.custody import policy as policies
    from kt1custody.words.policies import rule_lines

    session, zone = face.session(), face.settings.zone
    known, sources = policies.listed(session), policies.sources(session)
    rows = [
        {
            "state": dated.state,
            "position": dated.seq,
            "since": clock_time(dated.since, zone) if dated.since else None,
            "until": clock_time(dated.until, zone),
            "officers": list(dated.officers),
            "policy": dated.rules.encode(),
        }
        for dated in known
    ]
    lines = []
    for dated in known:
        lines.append(_dated_line(face, dated))
        if dated.state in ("current", "coming"):
            lines += [f"  {rule.title}: {rule.text}" for rule in rule_lines(LANGUAGE, dated.rules)]
    lines += [say("Sources:"), *(f"  {source}" for source in sources.values())]
    face.answer({"policies": rows, "sources": sources}, lines)


@policy.command(
    help=say(
        "Change rules of the policy; two officers. What is not named stays; acts that were signed "
        "before keep the rules of their day."
    )
)
@click.option(
    "--witness",
    "witness",
    multiple=True,
    metavar=say("MARK=ACT,…"),
    help=say(
        "What needs a witness, by mark A, B, C: {acts}; nothing behind the sign: nothing.",
        acts=", ".join(WITNESSED),
    ),
)
@click.option(
    "--carry",
    "carry",
    multiple=True,
    metavar=say("MARK=ROLE,…"),
    help=say(
        "Who may hold such an item, by mark A, B, C, 0 for none: {roles}.",
        roles=", ".join(sorted(CARRIERS)),
    ),
)
@click.option(
    "--offline",
    type=click.IntRange(1, 336),
    metavar=say("HOURS"),
    help=say("Hours for which a device may be away from the log."),
)
@click.option(
    "--from",
    "begin",
    metavar=say("TIME"),
    help=say("In force from, dd/mm/yyyy hh:mm; else at once."),
)
@officers_option
@common
@click.pass_obj
def change(
    face: Face,
    witness: tuple[str, ...],
    carry: tuple[str, ...],
    offline: int | None,
    begin: str | None,
    officers: tuple[str, str],
) -> None:
    """Change the policy."""
    from kt1custody.services.custody.policy import ChangePolicy

    first, second = map(numbers.parse_staff_number, officers)
    wanted = ChangePolicy(
        witness=dict(map(_by_mark, witness)),
        carry=dict(map(_by_mark, carry)),
        max_offline=None if offline is None else offline * _HOUR,
        begin=None if begin is None else _begin_of(face, begin),
        officers=(first, second),
    )
    [*_, entry] = face.carry_out(wanted, lambda shown: _confirm(face, shown))
    since = entry.act.number("from")
    face.answer(
        {"seq": entry.seq, "from": clock_time(since, face.settings.zone)},
        [
            say(
                "The policy is changed from {at} on. Log position {seq}.",
                at=moment(since, face.settings.zone),
                seq=entry.seq,
            )
        ],
    )


def _by_mark(typed: str) -> tuple[str, frozenset[str]]:
    mark, sign, codes = typed.partition("=")
    if not sign:
        raise MalformedInputError("policy-malformed")
    return mark.strip().upper(), frozenset(
        code.strip() for code in codes.split(",") if code.strip()
    )


def _begin_of(face: Face, typed: str) -> int:
    """Read a time, or a day with its first minute."""
    try:
        return face.time(typed)
    except MalformedInputError:
        return face.time(f"{typed.strip()} 00:00")


def _confirm(face: Face, shown: "PolicyChange") -> bool:
    from kt1custody.words.policies import change_lines

    zone = face.settings.zone
    at = say("at once") if shown.begin is None else moment(shown.begin, zone)
    face.note(say("In force from: {at}", at=at))
    for old, new in change_lines(LANGUAGE, shown.before, shown.after):
        face.note(f"{new.title}: {old.text} → {new.text}")
    for seq in shown.never:
        face.note(say("⚠ The policy of #{seq} was to begin later; it never will.", seq=seq))
    return face.agree(say("Change the policy?"))


def _dated_line(face: Face, dated: "DatedPolicy") -> str:
    zone = face.settings.zone
    parts = [f"#{dated.seq}", word("policy-state", dated.state)]
    parts.append(
        say("from the founding")
        if not dated.since
        else say("from {at}", at=moment(dated.since, zone))
    )
    if dated.until is not None and dated.state != "never":
        parts.append(say("until {at}", at=moment(dated.until, zone)))
    parts.append(", ".join(dated.officers))
    return " · ".join(parts)
