"""The policy: who may hold what, what needs a witness, and for how long a phone may be away.

**Rule:** two officers change it, from a time that has not passed; an act keeps the policy that its
signers could know. Of those that have begun the one decided last counts. What no policy weakens (two
officers, nobody both gives and takes) stands in the rules of the log. Format: `.docs/formats.md` §3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.keyring import Control, Policy
from kt1custody.core.log.schema import WITNESSED
from kt1custody.core.log.signers import CARRIERS
from kt1custody.errors import MalformedInputError, RefusedError
from kt1custody.services.session.proposal import Proposer
from kt1custody.services.session.session import Session
from kt1custody.services.session.use_case import UseCase
from kt1custody.sheets import catalogues
from kt1custody.store.log import LogBook

WITNESS_MARKS, MARKS = "ABC", "ABC0"  # `0`: no mark
LEAST_OFFLINE, MOST_OFFLINE = 3_600, 1_209_600  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRules:
    """What a policy says, without when.

    Attributes:
        witness: Mark letter → act types that need a witness.
        carry: Mark letter, `0` for none → roles that may hold such an item.
        max_offline: Seconds for which an act may be judged by an older policy.
    """

    witness: Mapping[str, frozenset[str]]
    carry: Mapping[str, frozenset[str]]
    max_offline: int

    @classmethod
    def of(cls, policy: Policy) -> "PolicyRules":
        """Take the rules of a policy."""
        return cls(witness=policy.witness, carry=policy.carry, max_offline=policy.max_offline)

    def encode(self) -> dict[str, cbor.Value]:
        """Give the map that an act carries."""
        return {
            "witness": {mark: sorted(acts) for mark, acts in self.witness.items()},
            "carry": {mark: sorted(roles) for mark, roles in self.carry.items()},
            "max_offline": self.max_offline,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """What officers are shown before they sign.

    Attributes:
        before: The rules that would hold at that time otherwise.
        begin: In force from, Unix seconds UTC; None: at once.
        never: Positions of policies that were to begin later and will not: this one is newer.
    """

    before: PolicyRules
    after: PolicyRules
    begin: int | None
    never: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePolicy(UseCase[PolicyChange]):
    """Change rules of the policy; those that are not named stay as they are.

    Attributes:
        witness: As of `PolicyRules`, of the marks that change; `carry` likewise.
        max_offline: Seconds; None: as it is.
        begin: In force from, Unix seconds UTC; None: at once.
    """

    witness: Mapping[str, frozenset[str]]
    carry: Mapping[str, frozenset[str]]
    max_offline: int | None
    begin: int | None
    officers: tuple[str, str]

    def propose(self, pen: Proposer) -> PolicyChange:
        """Add the `policy`.

        Raises:
            MalformedInputError: `policy-malformed`: no such mark, act or role, or too long.
            RefusedError: `policy-past`; `policy-same`; `policy-nobody`: nobody could hold such items.
        """
        if self.begin is not None and self.begin < pen.now:
            raise RefusedError("policy-past")
        begin, policies = self.begin or pen.now, pen.book.control.policies
        before = PolicyRules.of(pen.book.control.policy_at(numbers.LAST_TIME, begin))
        after = PolicyRules(
            witness={**before.witness, **self.witness},
            carry={**before.carry, **self.carry},
            max_offline=before.max_offline if self.max_offline is None else self.max_offline,
        )
        _refuse_faults(after)
        if after == before:
            raise RefusedError("policy-same")
        own: dict[str, cbor.Value] = {
            "by2": self.officers[1],
            "policy": after.encode(),
            "from": begin,
        }
        pen.add(pen.draft("policy", self.officers[0], own))
        never = tuple(policy.seq for policy in policies if policy.since > begin)
        return PolicyChange(before=before, after=after, begin=self.begin, never=never)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPolicy:
    """A policy that was ever decided.

    Attributes:
        state: `current`, `coming`, `past`, or `never`: a newer one was decided before it began.
        since: In force from, Unix seconds UTC.
        until: When another one took its place or will; None: none is decided.
        officers: Who signed it.
    """

    rules: PolicyRules
    state: str
    seq: int
    since: int
    until: int | None
    officers: tuple[str, ...]


def listed(session: Session) -> list[DatedPolicy]:
    """List every policy, the newest decision first."""
    with session.database.read() as connection:
        book = LogBook(connection)
        control = book.control
        now = session.now(control)
        signers = {policy.seq: book.entry(policy.seq).act.persons for policy in control.policies}
    return [
        DatedPolicy(
            rules=PolicyRules.of(policy),
            state=_state(control, policy, now),
            seq=policy.seq,
            since=policy.since,
            until=_until(control.policies, policy),
            officers=tuple(signers[policy.seq]),
        )
        for policy in reversed(control.policies)
    ]


def sources(session: Session) -> dict[str, str]:
    """Give on what each rule rests as of today, by its name in the policy."""
    now = session.now(session.control())
    return catalogues.policy_sources(datetime.fromtimestamp(now, session.zone).date())


def in_force(session: Session) -> Policy:
    """Give the policy by which acts are judged now."""
    control = session.control()
    return control.policy_at(numbers.LAST_TIME, session.now(control))


def _until(policies: Sequence[Policy], policy: Policy) -> int | None:
    """Give the time from which on a policy decided later counts in the place of this one."""
    later = policies[policies.index(policy) + 1 :]
    return min((max(other.since, policy.since) for other in later), default=None)


def _state(control: Control, policy: Policy, now: int) -> str:
    until = _until(control.policies, policy)
    if until == policy.since:
        return "never"
    if policy.since > now:
        return "coming"
    return "past" if until is not None and until <= now else "current"


def _refuse_faults(rules: PolicyRules) -> None:
    acts = [act for some in rules.witness.values() for act in some]
    roles = [role for some in rules.carry.values() for role in some]
    is_known = (
        rules.witness.keys() == set(WITNESS_MARKS)
        and rules.carry.keys() == set(MARKS)
        and set(acts) <= set(WITNESSED)
        and set(roles) <= CARRIERS
        and LEAST_OFFLINE <= rules.max_offline <= MOST_OFFLINE
    )
    if not is_known:
        raise MalformedInputError("policy-malformed")
    for mark, some in rules.carry.items():
        if not some:
            raise RefusedError("policy-nobody", mark=mark)
