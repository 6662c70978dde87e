"""The pages' scripts beside the program: who signs an act, and what; one codec for pages and verifier."""

import base64
import json

import pytest

from kt1custody.core.formats import cbor, numbers
from kt1custody.core.log.act import read_act
from kt1custody.core.log.entry import Signature, to_be_signed
from kt1custody.core.log.schema import FORMS
from scripts import verifier_words
from tests.kit.act_examples import example
from tests.kit.counter import Counter

KID = bytes(range(8))
BEFORE = (Signature("giver", KID, bytes(64)),)
BY_SERVER = {"clock", "refused"}  # which no person signs
READ = """
Promise.all([import("/static/js/codec.js"), import("/static/js/act.js")]).then(([codec, act]) => {
    const kid = codec.unhex(%r)
    return %s.map((told) => {
        const body = codec.unbase64(told)
        const fields = codec.decode(body)
        const roles = act.rolesOf(fields)
        const before = [["giver", kid, new Uint8Array(64)]]
        return [roles, act.personsOf(fields),
            codec.base64(act.toBeSigned(fields, body, roles[0], kid, before))]
    })
})
"""
WITNESSED = {"handover", "take", "bind", "void"}


def bodies() -> list[bytes]:
    """One of each type that people sign, and one with a witness where there may be one."""
    plain = [cbor.encode(example(kind)) for kind in sorted(FORMS.keys() - BY_SERVER)]
    seen = [cbor.encode(example(kind, witness="NV004")) for kind in sorted(WITNESSED)]
    alone = [cbor.encode(example(kind, witness=None)) for kind in sorted(WITNESSED)]
    rulings = [cbor.encode(example("correct", officers=officers)) for officers in (True, False)]
    return [*plain, *seen, *alone, *rulings]


def test_a_page_has_each_act_signed_by_the_persons_and_as_the_program_says(counter: Counter):
    asked = bodies()
    with counter.browser() as page:
        spelled = json.dumps([base64.b64encode(body).decode() for body in asked])
        answers = page.evaluate(READ % (KID.hex(), spelled))
    assert len(answers) == len(asked) > 30
    for body, (roles, persons, signed) in zip(asked, answers, strict=True):
        act = read_act(body)
        assert roles == list(act.roles), act.type
        assert persons == list(act.persons), act.type
        wanted = to_be_signed(
            log=act.log, body=body, role=roles[0], alg=numbers.ED25519, kid=KID, before=BEFORE
        )
        assert base64.b64decode(signed) == wanted, act.type


def test_the_verifier_holds_the_pages_codec_word_for_word():
    """Else run scripts/verifier_words.py."""
    page = (verifier_words.VERIFIERS / "verify.html").read_text("utf-8")
    assert verifier_words.put_codec(page) == page
    assert len(verifier_words.codec()) > 5_000
    with pytest.raises(ValueError, match="substring"):
        verifier_words.put_codec("no marks")
