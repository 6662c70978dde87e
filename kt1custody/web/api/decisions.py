"""What officers decide about the service: policy, lists, witnesses, the service's own keys.

The person who is signed in is the first of the two officers. An administrator suggests the same
(`suggestions`). What comes of it is committed by `acts.commit`.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from kt1custody.core.formats import note
from kt1custody.core.log.keyring import Key
from kt1custody.core.log.schema import REASONS
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.custody.policy import MARKS, WITNESS_MARKS, ChangePolicy, PolicyChange
from kt1custody.services.keys import ceremony
from kt1custody.services.keys.ceremony import Plan, SwitchKey
from kt1custody.services.people.people import Revoke
from kt1custody.services.registration import catalogue
from kt1custody.services.registration.catalogue import BringIntoForce, NewList
from kt1custody.services.session import use_case
from kt1custody.services.session.use_case import UseCase
from kt1custody.services.witness.quorum import ChangeQuorum
from kt1custody.web import proposals
from kt1custody.web.api.staff import ChangeAsked
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Message
from kt1custody.words.policies import change_lines

router = APIRouter(prefix="/decisions", tags=["decisions"])
Deciding = Annotated[Asking, Depends(asking("decide"))]
_HOUR = 3_600


class DecisionAsked(ChangeAsked):
    """A decision about the service."""

    def ready(self, ask: Asking) -> UseCase[object]:
        """Make the use case that is proposed; what has to lie ready for it is made."""
        return self.use_case(ask)


class PolicyAsked(DecisionAsked):
    """Other rules.

    Attributes:
        rules: All that hold, such as `witness A bind` or `carry C courier`.
        hours: For which a device may be away from the log.
        begin: First day; None: at once.
    """

    verb: Literal["policy"]
    rules: list[Annotated[str, Field(max_length=40)]] = Field(max_length=100)
    hours: int
    begin: date | None

    def use_case(self, ask: Asking) -> ChangePolicy:
        """Make the use case."""
        return ChangePolicy(
            witness=self._by_mark("witness", WITNESS_MARKS),
            carry=self._by_mark("carry", MARKS),
            max_offline=self.hours * _HOUR,
            begin=None
            if self.begin is None
            else int(datetime.combine(self.begin, time(), ask.session.zone).timestamp()),
            officers=self.officers(ask),
        )

    def _by_mark(self, kind: str, marks: str) -> Mapping[str, frozenset[str]]:
        rules = [tuple(rule.split()) for rule in self.rules]
        if any(len(rule) != 3 or rule[0] not in ("witness", "carry") for rule in rules):
            raise MalformedInputError("request-malformed", field="rules")
        named = {rule[1] for rule in rules if rule[0] == kind}
        return {
            mark: frozenset(rule[2] for rule in rules if rule[:2] == (kind, mark))
            for mark in {*marks, *named}
        }


class RowAsked(DecisionAsked):
    """One row of a list: new, or in the place of the one that it changes."""

    of_list: ClassVar[str]

    def use_case(self, ask: Asking) -> BringIntoForce:
        """Make the use case.

        Raises:
            RefusedError: `list-same`.
        """
        cells = self.model_dump(exclude={"verb", "second"})
        read = catalogue.with_row(ask.session, self.of_list, cells)
        if read.is_in_force:
            raise RefusedError("list-same")
        return BringIntoForce(new_list=read, officers=self.officers(ask))


class OfficeRowAsked(RowAsked):
    """An office."""

    of_list = "offices"
    verb: Literal["office"]
    number: str
    code: str
    name: str
    kind: str
    unit: str


class AgencyRowAsked(RowAsked):
    """An agency."""

    of_list = "agencies"
    verb: Literal["agency"]
    code: str
    name: str
    kind: str
    unit: str
    address: str
    delivery_point: str
    valid_from: str


class WitnessesAsked(DecisionAsked):
    """Who witnesses the log.

    Attributes:
        keys: A line each: verifier key, and behind it the address where the witness is asked, if any.
        least: How many of them make a checkpoint count.
    """

    verb: Literal["witnesses"]
    keys: str = Field(max_length=20_000)
    least: int

    def use_case(self, ask: Asking) -> ChangeQuorum:
        """Make the use case."""
        rows = [line.split(None, 1) for line in self.keys.splitlines() if line.strip()]
        named = [note.read_key(row[0]) for row in rows]
        urls = {
            key.name: row[1].strip() if len(row) > 1 else ""
            for key, row in zip(named, rows, strict=True)
        }
        return ChangeQuorum(
            keys=tuple(named), least=self.least, urls=urls, officers=self.officers(ask)
        )


class SwitchAsked(DecisionAsked):
    """A key of the service that another one is to follow."""

    verb: Literal["switch"]
    service: Literal["log", "server", "seal"]

    def use_case(self, ask: Asking) -> SwitchKey:
        """Make the use case; it can only be tried."""
        return ceremony.switch_of(ask.session, self.service, self.officers(ask))

    def ready(self, ask: Asking) -> SwitchKey:
        """Make the new key; one that lay there before this server made it is refused.

        Raises:
            RefusedError: `new-key-left`; as `ceremony.make_ready`.
            NotAllowedError: `locked`: the seal key cannot be opened in a server that nobody has unlocked.
        """
        if self.service == "seal":
            ask.session.opener(ask.visit.staff)
        ceremony.unfinished(ask.session, self.service)
        known = ask.site.new_keys.get(self.service)
        made = ceremony.make_ready(ask.session, self.use_case(ask), left=known)
        assert made.fresh is not None  # noqa: S101  # `make_ready` gave it
        if made.is_left and known is None:
            kid, name = made.fresh.kid.hex(), f"{self.service}.new.key"
            raise RefusedError("new-key-left", name=name, found=kid)
        if self.service != "seal":
            ask.site.new_keys[self.service] = made.fresh.kid
        return made


class EndKeyAsked(DecisionAsked):
    """A key of the service that ends for good, from now on."""

    verb: Literal["end-key"]
    kid: str
    reason: str

    def use_case(self, ask: Asking) -> Revoke:
        """Make the use case."""
        if self.reason not in REASONS["revoke"]:
            raise MalformedInputError("request-malformed", field="reason")
        kid = ceremony.read_kid(self.kid)
        owner = ceremony.owner_of(ask.session, kid)
        return Revoke(
            who=owner, reason=self.reason, since=None, kid=kid, officers=self.officers(ask)
        )


class FinishAsked(Message):
    """Of which service a new key is in the log."""

    service: Literal["log", "server", "seal"]


AnyDecision = (
    PolicyAsked | OfficeRowAsked | AgencyRowAsked | WitnessesAsked | SwitchAsked | EndKeyAsked
)
Decision = Annotated[AnyDecision, Field(discriminator="verb")]


@router.post("/check")
def check(asked: Decision, ask: Deciding) -> dict[str, object]:
    """Ask the rules about a decision, and say what it changes; nothing is signed or written."""
    wanted = asked.use_case(ask)
    allowed = use_case.check(ask.session, wanted)
    content = wanted.new_list.content if isinstance(wanted, BringIntoForce) else b""
    return {
        "people": list(allowed.people),
        "lines": _lines(ask, allowed.shown),
        "hash": hashlib.sha256(content).hexdigest() if content else "",
    }


@router.post("/propose")
def propose(asked: Decision, ask: Deciding) -> dict[str, object]:
    """Propose a decision."""
    with ask.site.writing:
        wanted = asked.ready(ask)
    return proposals.proposed(ask, wanted)


@router.post("/finish")
def finish(asked: FinishAsked, ask: Deciding) -> dict[str, bool]:
    """Put a new key of the service into its place, once the log has the act."""
    with ask.site.writing:
        done = ceremony.unfinished(ask.session, asked.service)
        ask.site.new_keys.pop(asked.service, None)
    return {"in_place": done is not None}


def _lines(ask: Asking, shown: object) -> list[str]:
    """Say what is to change, as far as the form does not say it."""
    say = ask.language.say
    match shown:
        case PolicyChange():
            pairs = change_lines(ask.language, shown.before, shown.after)
            lines = [f"{new.title}: {old.text} → {new.text}" for old, new in pairs]
            never = (
                say("⚠ The policy of #{seq} was to begin later; it never will.", seq=seq)
                for seq in shown.never
            )
            return [*lines, *never]
        case NewList():
            return [
                *(say("New: {codes}", codes=code) for code in shown.new),
                *(say("Changed: {codes}", codes=code) for code in shown.changed),
                *(say("No longer there: {codes}", codes=code) for code in shown.gone),
            ]
        case Plan():
            end = ask.language.moment(shown.until, ask.session.zone)
            return [say("What the old key signed holds until {at}.", at=end)]
        case Key():
            return [say("From now on nothing that this key signs is trusted.")]
        case _:
            return []
