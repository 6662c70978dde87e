"""Lists that are read from files: offices and agencies, which two officers bring into force, and people."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from kt1custody.core.formats import numbers
from kt1custody.services.people import staff
from kt1custody.services.registration import catalogue
from kt1custody.services.registration.catalogue import BringIntoForce
from kt1custody.services.session import use_case
from kt1custody.services.session.given_file import GivenFile
from kt1custody.web import proposals, wire
from kt1custody.web.asking import Asking, asking
from kt1custody.web.wire import Base64, Message

router = APIRouter(prefix="/lists", tags=["lists"])
ListsAsking = Annotated[Asking, Depends(asking("lists"))]


class PeopleListAsked(Message):
    """A list of people as a file."""

    name: str
    content: Base64


class ListAsked(Message):
    """A list as a file, and the second officer; the first is the person who is signed in."""

    kind: Literal["offices", "agencies"]
    name: str
    content: Base64
    second: str

    def use_case(self, ask: Asking) -> BringIntoForce:
        """Read the list and make the use case."""
        file = GivenFile(name=self.name, content=wire.octets(self.content))
        read = catalogue.read(ask.session, self.kind, file)
        officers = (ask.visit.staff, numbers.parse_staff_number(self.second))
        return BringIntoForce(new_list=read, officers=officers)


@router.post("/check")
def check(asked: ListAsked, ask: ListsAsking) -> dict[str, object]:
    """Read a list, say what is wrong in it or what it changes, and ask the rules."""
    wanted = asked.use_case(ask)
    allowed, read = use_case.check(ask.session, wanted), wanted.new_list
    return {
        "people": list(allowed.people),
        "hash": hashlib.sha256(read.content).hexdigest(),
        "rows": read.rows,
        "new": len(read.new),
        "gone": list(read.gone),
        "changed": list(read.changed),
        "in_force": read.is_in_force,
    }


@router.post("/propose")
def propose(asked: ListAsked, ask: ListsAsking) -> dict[str, object]:
    """Propose to bring a list into force."""
    return proposals.proposed(ask, asked.use_case(ask))


@router.post("/people")
def read_people(asked: PeopleListAsked, ask: ListsAsking) -> dict[str, object]:
    """Read who is to be enrolled; each still makes a key, which officers enrol one by one."""
    file = GivenFile(name=asked.name, content=wire.octets(asked.content))
    listed = staff.read(ask.session, file)
    ask.site.expected = {person.number: person for person in listed.new}
    return {"new": len(listed.new), "known": len(listed.known)}
