"""Writes `examples.json`: what the C2SP pages show, and cases of what they say; shares no code.

python3 tests/vectors/c2sp/make.py [FOLDER]
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519

SEEDS = {
    "log.example/a": 1, "log.example/b": 2, "witness.example/w": 3, "witness.example/x": 4,
    "x1.example": 11, "x2.example": 12, "x3.example": 13,
    "y1.example": 21, "y2.example": 22, "y3.example": 23,
}  # fmt: skip
TIME = 1679315147
LOG, WITNESS = "log.example/a", "witness.example/w"

# Shown on the pages.
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHj"
    "G1Yu72IneyaQM=\n"
)
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0x"
    "McXxj99ihAQwaqP3ZekRwNtIc=\n"
)
SOFA_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SOFA_LINE = (
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1g"
    "GzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
SOFA_OTHER_LINE = (
    "— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267U"
    "Ejw6QUXTS5Rovnzv++qbSzm9Q=\n"
)
SOFA_COSIGNATURE = (
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyi"
    "n1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
SOFA_MESSAGE = f"cosignature/v1\ntime 1679315147\n{SOFA_TEXT}"
SOFA_HASHES = [
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=", "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=", "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
]  # fmt: skip
W1_A = (
    "— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3D"
    "XDqI5G2HgLatVs0pWh6Up69HVOw==\n"
)
W1_B = (
    "— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0"
    "+UfzuOBMh9ChdMkP1vi/lCAsmlw==\n"
)
W2 = (
    "— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJ"
    "hm/kWl7oJlqU3rXXvpysAdyP3wQ==\n"
)
PROOF_HASHES = [
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=", "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=",
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=", "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=",
    "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=",
]  # fmt: skip
PROOF = (
    "c2sp.org/tlog-proof@v1\n"
    "extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ\n"
    "index 73894\n" + "".join(f"{one}\n" for one in PROOF_HASHES) + "\n"
    "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n"
    "— example.com/fancylog hI2DJw[...]1roloI=\n"
    "— witness1.example mJirIklj[...]qY9v2B/5bg==\n"
    "— witness2.example TnKKVHLX[...]xwYwrSjgow==\n"
    "— witness3.example S4X82uH5[...]3oEcROGLFQ==\n"
)
POLICY = (
    "log <vkey>\n\n"
    "witness X1 <vkey>\nwitness X2 <vkey>\nwitness X3 <vkey>\ngroup X-witnesses 2 X1 X2 X3\n\n"
    "witness Y1 <vkey>\nwitness Y2 <vkey>\nwitness Y3 <vkey>\ngroup Y-witnesses any Y1 Y2 Y3\n\n"
    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)


def sha(raw):
    return hashlib.sha256(raw).digest()


def b64(raw):
    return base64.b64encode(raw).decode()


def private(name):
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([SEEDS[name]]) * 32)


def public(name):
    return private(name).public_key().public_bytes_raw()


def key_id(name, kind, pub):
    return sha(name.encode() + b"\n" + bytes([kind]) + pub)[:4]


def vkey(name, kind=1):
    raw = bytes([kind]) + public(name)
    return f"{name}+{key_id(name, kind, raw[1:]).hex()}+{b64(raw)}"


def line(name, raw):
    return f"— {name} {b64(raw)}\n"


def signature(name, text, kind=1):
    return key_id(name, kind, public(name)) + private(name).sign(text.encode())


def signed(name, text):
    return line(name, signature(name, text))


def cosigned(name, text, time=TIME, header="cosignature/v1"):
    message = f"{header}\ntime {time}\n{text}".encode()
    raw = key_id(name, 4, public(name)) + time.to_bytes(8, "big") + private(name).sign(message)
    return line(name, raw)


def told(note):
    """Gives text or, where it is not UTF-8, hexadecimal digits."""
    return {"note": note} if isinstance(note, str) else {"note_hex": note.hex()}


def shown(page, what, **fields):
    return {"page": page, "what": what, "shown": True, **fields}


def derived(page, what, **fields):
    return {"page": page, "what": what, "shown": False, **fields}


# Trees.


def root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    at = split(len(leaves))
    return sha(b"\x01" + root(leaves[:at]) + root(leaves[at:]))


def split(length):
    at = 1
    while at * 2 < length:
        at *= 2
    return at


def subproof(old, leaves, whole):
    """RFC 6962 §2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    at = split(len(leaves))
    if old <= at:
        return [*subproof(old, leaves[:at], whole), root(leaves[at:])]
    return [*subproof(old - at, leaves[at:], False), root(leaves[:at])]


LEAVES = [sha(b"\x00" + f"entry {at}".encode()) for at in range(20)]


def checkpoint(size, name=LOG, of=None):
    return f"{name}\n{size}\n{b64(root(LEAVES[:size]) if of is None else of)}\n"


# Notes. `answer`: verified, unverified (no signature by a known key), false (a known key's
# signature does not hold), malformed.


def notes():
    page, text = "signed-note", "line one\n\nline three\n"
    good = signed(LOG, text)
    spelled = good.split(" ")[2].strip()
    raw = base64.b64decode(spelled)
    stranger_id = line(LOG, b"\x00\x01\x02\x03" + raw[4:])
    stranger_name = line("log.example/z", raw)
    bad = line(LOG, raw[:-1] + bytes([raw[-1] ^ 1]))
    note = f"{text}\n{good}"

    def case(what, of, answer, **more):
        if answer == "verified":
            more = {"text": text, "verified": [LOG], **more}
        return derived(page, what, **told(of), keys=[vkey(LOG)], answer=answer, **more)

    def line_case(what, name, sign_bytes):
        return case(what, f"{text}\n— {name} {sign_bytes}\n", "malformed")

    raw_note = note.encode()
    yield shown(
        page, "example with its key", **told(FOO), keys=[FOO_KEY], answer="verified",
        text="This is an example message.\n", verified=["example.com/foo"],
    )  # fmt: skip
    yield shown(
        page, "poem; its text has an empty line; no key is given", **told(POEM), keys=[],
        answer="unverified", text=POEM[: POEM.index("\n\n—") + 1],
        lines=[["quasimodo.example/salvatore", "367ba04b", 64]],
    )  # fmt: skip
    for page_, what, lines in (
        ("tlog-checkpoint", "checkpoint; no key is given", SOFA_LINE),
        ("tlog-cosignature", "checkpoint with a cosignature; no key is given", SOFA_LINE + SOFA_COSIGNATURE),
        ("tlog-witness", "checkpoint with two signatures; no key is given", SOFA_LINE + SOFA_OTHER_LINE),
    ):  # fmt: skip
        yield shown(
            page_, what, **told(f"{SOFA_TEXT}\n{lines}"), keys=[], answer="unverified", text=SOFA_TEXT,
            lines=[_told_line(one) for one in lines.splitlines()],
        )  # fmt: skip
    yield case("the note that the others are made of", note, "verified")
    yield case("one letter of the text changed", note.replace("one", "One"), "false")
    yield case("unknown key of the same name beside it", note + stranger_id, "verified")
    yield case("unknown key of the same ID beside it", note + stranger_name, "verified")
    yield case("unknown key of the same name alone", f"{text}\n{stranger_id}", "unverified")
    yield case("unknown key of the same ID alone", f"{text}\n{stranger_name}", "unverified")
    yield case("a false signature of the known key", f"{text}\n{bad}", "false")
    yield case(
        "of two known keys one signature is false: the whole note should be refused",
        f"{text}\n{signed('log.example/b', text)}{bad}", "false",
        also_keys=[vkey("log.example/b")],
    )  # fmt: skip
    yield case("sixteen signatures", f"{text}\n{stranger_id * 15}{good}", "verified")
    yield case("a stranger's signature of 5 kB", note + line("pq.example", bytes(5000)), "verified")
    yield case("DEL is no forbidden control character", *_text_case("a\x7fb\n"))
    yield case("text of one line", *_text_case("x\n"))
    yield case("text with an em dash at a line's begin", *_text_case("— a b\n— c d\n"))
    yield case("text with empty lines at its end", *_text_case("x\n\n\n"))
    yield case("text that is one empty line", *_text_case("\n"), narrower="no text in it")
    yield case("no empty line", text.replace("\n\n", "\n") + good, "malformed")
    yield case("no signature", f"{text}\n", "malformed")
    yield case("nothing", "", "malformed")
    yield case("a signature only", good, "malformed")
    yield case("last newline missing", note[:-1], "malformed")
    yield case("an empty line more at the end", f"{note}\n", "malformed")
    yield case("a line of text after the signature", f"{note}more\n", "malformed")
    yield case("lines end with CR LF", note.replace("\n", "\r\n"), "malformed")
    for code in (0x00, 0x09, 0x0B, 0x0D, 0x1B, 0x1F):
        yield case(
            f"control character {code:02x}", note.replace("one", f"o{chr(code)}e"), "malformed"
        )
    yield case("not UTF-8: ff", raw_note.replace(b"one", b"o\xffe"), "malformed")
    yield case("not UTF-8: a surrogate", raw_note.replace(b"one", b"o\xed\xa0\x80e"), "malformed")
    yield case(
        "not UTF-8: an overlong newline", raw_note.replace(b"one", b"o\xc0\x8ae"), "malformed"
    )
    yield case("not UTF-8 in the name", raw_note.replace(b" log", b" l\xffog"), "malformed")
    yield line_case("key name is empty", "", spelled)
    yield line_case("plus in the key name", "log+example", spelled)
    yield line_case("space in the key name", "log example", spelled)
    for space in ("\u00a0", "\u1680", "\u2003", "\u2028", "\u3000", "\u0085"):
        yield line_case(f"U+{ord(space):04X} in the key name", f"log{space}example", spelled)
    yield line_case("two spaces before the signature", LOG, f" {spelled}")
    yield line_case("a space after the signature", LOG, f"{spelled} ")
    yield line_case("no base64", LOG, spelled.replace(spelled[3], "!", 1))
    yield line_case(
        "base64 of the URL alphabet",
        LOG,
        b64(raw[:4] + b"\xfb\xff" * 32).translate({43: 45, 47: 95}),
    )
    yield line_case("base64 without padding", LOG, spelled.rstrip("="))
    yield line_case("signature of three bytes", LOG, b64(raw[:3]))
    yield line_case("no signature after the name", LOG, "")
    yield case("hyphen for the em dash", note.replace("—", "-"), "malformed")
    yield case("en dash for the em dash", note.replace("—", "–"), "malformed")
    yield case("no space after the em dash", note.replace("— ", "—"), "malformed")
    yield case("signature of 63 bytes", f"{text}\n{line(LOG, raw[:-1])}", "false")
    yield case("signature of 65 bytes", f"{text}\n{line(LOG, raw + bytes(1))}", "false")
    yield case(
        "a witness's key ID over a log's signature",
        f"{text}\n{line(LOG, signature(LOG, text, 4))}",
        "unverified",
    )


def _text_case(text):
    return f"{text}\n{signed(LOG, text)}", "verified"


def _told_line(one):
    name, spelled = one.split(" ")[1:]
    raw = base64.b64decode(spelled)
    return [name, raw[:4].hex(), len(raw) - 4]


def finished_notes():
    """Puts in the text of those whose text is their own."""
    for one in notes():
        if one.get("answer") == "verified" and "note" in one:
            one["text"] = one["note"][: one["note"].rindex("\n\n") + 1]
        one["keys"] = [*one["keys"], *one.pop("also_keys", [])]
        yield one


def vkeys():
    page = "signed-note"
    name, wanted, raw = FOO_KEY.split("+", 2)
    yield shown(
        page, "key of the example", vkey=FOO_KEY, name=name, id=wanted, type=1,
        public=base64.b64decode(raw)[1:].hex(),
    )  # fmt: skip
    for kind in (1, 4):
        yield derived(
            page if kind == 1 else "tlog-cosignature", f"type {kind:02x}", vkey=vkey(WITNESS, kind),
            name=WITNESS, id=key_id(WITNESS, kind, public(WITNESS)).hex(), type=kind,
            public=public(WITNESS).hex(),
        )  # fmt: skip
    good = vkey(LOG)
    name, wanted, raw = good.split("+", 2)
    key = base64.b64decode(raw)
    for what, one in (
        ("ID of another key", f"{name}+00000000+{raw}"),
        ("ID of the same key as a witness", f"{name}+{key_id(LOG, 4, public(LOG)).hex()}+{raw}"),
        ("ID of seven digits", f"{name}+{wanted[1:]}+{raw}"),
        ("ID in capitals", f"{name}+{wanted.upper()}+{raw}"),
        ("no ID", f"{name}+{raw}"),
        ("no name", f"+{key_id('', 1, key[1:]).hex()}+{raw}"),
        ("space in the name", f"a b+{key_id('a b', 1, key[1:]).hex()}+{raw}"),
        ("key of 31 bytes", f"{name}+{key_id(LOG, 1, key[1:-1]).hex()}+{b64(key[:-1])}"),
        ("key of 33 bytes", f"{name}+{key_id(LOG, 1, key[1:] + bytes(1)).hex()}+{b64(key + bytes(1))}"),
        ("no base64", f"{name}+{wanted}+{raw[:-1]}!"),
        ("no key", f"{name}+{wanted}+"),
        ("unknown type", f"{name}+{key_id(LOG, 0x42, key[1:]).hex()}+{b64(bytes([0x42]) + key[1:])}"),
        ("a line more", f"{good}\n"),
    ):  # fmt: skip
        yield derived(page, what, vkey=one, refused=True)


def checkpoints():
    page = "tlog-checkpoint"
    yield shown(
        page, "example", text=SOFA_TEXT, origin="example.com/behind-the-sofa", size=20852163,
        root=base64.b64decode(SOFA_TEXT.split("\n")[2]).hex(), extensions=[],
    )  # fmt: skip

    def good(what, text, **more):
        lines = text.split("\n")
        return derived(
            page, what, text=text, origin=lines[0], size=int(lines[1]),
            root=base64.b64decode(lines[2]).hex(), extensions=lines[3:-1], **more,
        )  # fmt: skip

    yield good("empty tree", checkpoint(0))
    yield good("a size above 2^32", f"{LOG}\n4294967297\n{b64(bytes(32))}\n")
    yield good("origin with spaces", f"một sổ + một sổ\n1\n{b64(bytes(32))}\n")
    yield good("extension lines", checkpoint(5) + "one\ntwo 2\n", narrower="extension lines")
    yield good("a size of 2^62", f"{LOG}\n{2**62}\n{b64(bytes(32))}\n", narrower="sizes above 2^53")
    zero = b64(bytes(32))
    for what, text in (
        ("empty origin", f"\n5\n{zero}\n"),
        ("two lines", f"{LOG}\n5\n"),
        ("one line", f"{LOG}\n"),
        ("empty line in the middle", f"{LOG}\n\n5\n{zero}\n"),
        ("empty extension line", f"{checkpoint(5)}\n"),
        ("empty extension line before another", f"{checkpoint(5)}\nmore\n"),
        ("leading zero", f"{LOG}\n05\n{zero}\n"),
        ("two zeros", f"{LOG}\n00\n{b64(sha(b''))}\n"),
        ("plus", f"{LOG}\n+5\n{zero}\n"),
        ("minus", f"{LOG}\n-5\n{zero}\n"),
        ("space before the size", f"{LOG}\n 5\n{zero}\n"),
        ("space after the size", f"{LOG}\n5 \n{zero}\n"),
        ("hexadecimal", f"{LOG}\n0x5\n{zero}\n"),
        ("underscore", f"{LOG}\n1_0\n{zero}\n"),
        ("decimals", f"{LOG}\n5.0\n{zero}\n"),
        ("exponent", f"{LOG}\n5e0\n{zero}\n"),
        ("digits that are not ASCII", f"{LOG}\n\u0665\n{zero}\n"),
        ("full-width digits", f"{LOG}\n\uff15\n{zero}\n"),
        ("no size", f"{LOG}\n{zero}\n5\n"),
        ("root of 31 bytes", f"{LOG}\n5\n{b64(bytes(31))}\n"),
        ("root of 33 bytes", f"{LOG}\n5\n{b64(bytes(33))}\n"),
        ("root in hexadecimal", f"{LOG}\n5\n{bytes(32).hex()}\n"),
        ("root without padding", f"{LOG}\n5\n{zero[:-1]}\n"),
        ("root of the URL alphabet", f"{LOG}\n5\n{'_' * 42}8=\n"),
        ("space after the root", f"{LOG}\n5\n{zero} \n"),
    ):  # fmt: skip
        yield derived(page, what, text=text, refused=True)


def cosignatures():
    page = "tlog-cosignature"
    yield shown(
        page, "message of the example; no key is given", text=SOFA_TEXT, time=1679315147,
        message=SOFA_MESSAGE, line=SOFA_COSIGNATURE, name="witness.example.com/w1", id="8d66cf3f",
    )  # fmt: skip
    key = {
        "name": WITNESS,
        "public": public(WITNESS).hex(),
        "seed": (bytes([SEEDS[WITNESS]]) * 32).hex(),
    }
    for what, text, time in (
        ("of the example", SOFA_TEXT, TIME),
        ("of the empty tree", checkpoint(0), TIME),
        ("with an extension line, which is signed", checkpoint(5) + "more\n", TIME),
        ("at the last second", checkpoint(5), 2**63 - 1),
    ):
        yield derived(
            page, what, text=text, time=time, message=f"cosignature/v1\ntime {time}\n{text}",
            line=cosigned(WITNESS, text, time), verified=True, **key,
        )  # fmt: skip
    text = checkpoint(5)
    raw = base64.b64decode(cosigned(WITNESS, text).split(" ")[2])
    for what, one in (
        ("another time than was signed", line(WITNESS, raw[:4] + (TIME + 1).to_bytes(8, "big") + raw[12:])),
        ("time above 2^63 - 1", cosigned(WITNESS, text, 2**63)),
        ("header of another version", cosigned(WITNESS, text, TIME, "cosignature/v2")),
        ("no header: the text signed as a log signs it", line(WITNESS, raw[:12] + signature(WITNESS, text)[4:])),
        ("signature without time", line(WITNESS, raw[:4] + raw[12:])),
        ("a byte more", line(WITNESS, raw + bytes(1))),
        ("a byte less", line(WITNESS, raw[:-1])),
        ("of another checkpoint", cosigned(WITNESS, checkpoint(6))),
    ):  # fmt: skip
        yield derived(page, what, text=text, line=one, verified=False, **key)


# Witness protocol.


def request(old, hashes, noted):
    return "\n".join([f"old {old}", *map(b64, hashes)]) + f"\n\n{noted}"


def requests():
    """Bodies of add-checkpoint as read, before any signature is looked at."""
    page = "tlog-witness"
    yield shown(
        page, "example; by its sizes a proof has 18 hashes: no witness can accept it",
        body="old 20852014\n" + "".join(f"{one}\n" for one in SOFA_HASHES)
        + f"\n{SOFA_TEXT}\n{SOFA_LINE}{SOFA_OTHER_LINE}",
        old=20852014, proof=SOFA_HASHES, size=20852163,
    )  # fmt: skip
    text = checkpoint(9)
    noted = f"{text}\n{signed(LOG, text)}"
    proof = subproof(5, LEAVES[:9], True)
    good = request(5, proof, noted)
    yield derived(page, "good", body=good, old=5, proof=[*map(b64, proof)], size=9)
    many = request(5, [bytes(32)] * 63, noted)
    yield derived(page, "63 hashes", body=many, old=5, proof=[b64(bytes(32))] * 63, size=9)
    for what, body in (
        ("leading zero", good.replace("old 5", "old 05")),
        ("two spaces", good.replace("old 5", "old  5")),
        ("space at the end", good.replace("old 5", "old 5 ")),
        ("tab", good.replace("old 5", "old\t5")),
        ("plus", good.replace("old 5", "old +5")),
        ("digits that are not ASCII", good.replace("old 5", "old \u0665")),
        ("capital", good.replace("old 5", "Old 5")),
        ("no size", good.replace("old 5", "old ")),
        ("no old line", good.split("\n", 1)[1]),
        ("CR LF", good.replace("old 5\n", "old 5\r\n")),
        ("hash of 31 bytes", request(5, [*proof[:-1], bytes(31)], noted)),
        ("hash in hexadecimal", good.replace(b64(proof[0]), proof[0].hex())),
        ("64 hashes", request(5, [bytes(32)] * 64, noted)),
        ("no empty line", good.replace("\n\n", "\n", 1)),
        ("an empty line more", good.replace("\n\n", "\n\n\n", 1)),
        ("no checkpoint", good.split("\n\n", maxsplit=1)[0] + "\n\n"),
        ("no signature", request(5, proof, f"{text}\n")),
        ("nothing", ""),
    ):
        yield derived(page, what, body=body, refused=True, status=400)


def exchanges():
    """One request each to a witness that knows LOG's key and remembers `last` and its root."""
    page = "tlog-witness"
    key = {
        "seed": (bytes([SEEDS[WITNESS]]) * 32).hex(),
        "name": WITNESS,
        "time": TIME,
        "log": vkey(LOG),
    }

    def case(what, last, old, text, proof, status, lines=None, **more):
        noted = f"{text}\n{lines or signed(LOG, text)}"
        if status == 200:
            more["answer"] = cosigned(WITNESS, text)
        elif status == 409:
            more["answer"] = f"{last}\n"
        state = {"last": last, "last_root": b64(root(LEAVES[:last]))}
        return derived(
            page, what, **key, **state, body=request(old, proof, noted), status=status, **more
        )

    def proof(old, size):
        return subproof(old, LEAVES[:size], True)

    broken = [sha(one) for one in proof(5, 9)]
    nine, five = checkpoint(9), checkpoint(5)
    good = signed(LOG, nine)
    raw = base64.b64decode(good.split(" ")[2])
    other = checkpoint(5, of=sha(b"other"))
    yield case("first checkpoint", 0, 0, five, [], 200)
    yield case("empty tree", 0, 0, checkpoint(0), [], 200)
    yield case("it has grown", 5, 5, nine, proof(5, 9), 200)
    yield case("it has grown from a power of two", 8, 8, nine, proof(8, 9), 200)
    yield case("it has not grown", 5, 5, five, [], 200)
    yield case(
        "unknown keys beside the log's", 5, 5, nine, proof(5, 9), 200, good + SOFA_OTHER_LINE + W1_A
    )
    yield case(
        "extension line",
        5,
        5,
        f"{nine}more\n",
        proof(5, 9),
        200,
        narrower="extension lines",
        refusal=400,
    )
    yield case("unknown origin", 0, 0, checkpoint(5, "log.example/z"), [], 404)
    yield case(
        "signed by another key only", 5, 5, nine, proof(5, 9), 403, signed("log.example/b", nine)
    )
    yield case(
        "signature of the log's key is false",
        5,
        5,
        nine,
        proof(5, 9),
        403,
        line(LOG, raw[:-1] + bytes([raw[-1] ^ 1])),
    )
    yield case("old size above the checkpoint's", 9, 9, five, [], 400)
    yield case("old size below the one remembered", 5, 4, nine, proof(4, 9), 409)
    yield case("old size zero, to learn what the witness has", 5, 0, nine, [], 409)
    yield case("old size above the one remembered", 5, 6, nine, proof(6, 9), 409)
    yield case("the witness has nothing yet", 0, 5, nine, proof(5, 9), 409)
    yield case("wrong proof", 5, 5, nine, broken, 422)
    yield case("no proof", 5, 5, nine, [], 422)
    yield case("a hash more", 5, 5, nine, [*proof(5, 9), sha(b"")], 422)
    yield case("same size, another root", 5, 5, other, [], 422)
    yield case("same size, and a proof", 5, 5, five, [sha(b"")], 422)
    yield case("a proof from size zero", 0, 0, five, proof(4, 5), 422)
    yield case("size zero with another root", 0, 0, checkpoint(0, of=sha(b"other")), [], 422)
    yield case(
        "another log from the fifth leaf on",
        5,
        5,
        checkpoint(9, of=sha(b"other")),
        proof(5, 9),
        422,
    )


def responses():
    page = "tlog-witness"
    yield shown(
        page, "example; the times in it are above 2^63 - 1 or far off: names and IDs only",
        body=W1_A + W1_B + W2, lines=[_told_line(one) for one in (W1_A, W1_B, W2)],
    )  # fmt: skip
    one = cosigned(WITNESS, checkpoint(5))
    two = cosigned("witness.example/x", checkpoint(5))
    yield derived(page, "one line", body=one, lines=[_told_line(one)])
    yield derived(page, "two lines", body=one + two, lines=[_told_line(one), _told_line(two)])
    for what, body in (
        ("nothing", ""),
        ("no newline at the end", one[:-1]),
        ("an empty line", f"{one}\n"),
        ("an empty line before", f"\n{one}"),
        ("hyphen", one.replace("—", "-")),
        ("a whole note", f"{checkpoint(5)}\n{one}"),
        ("CR LF", one.replace("\n", "\r\n")),
        ("base64 cut off", one[:41] + "\n"),
    ):
        yield derived(page, what, body=body, refused=True)


# Tiles.


def tile_paths():
    yield shown("tlog-tiles", "index 1234067", number=1234067, path="x001/x234/067")
    for number in (0, 7, 255, 999, 1000, 1001, 999_999, 1_000_000, 12_345_678_901):
        digits = f"{number:0{-(-len(str(number)) // 3) * 3}d}"
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join([*(f"x{one}" for one in parts[:-1]), parts[-1]])
        yield derived("tlog-tiles", f"index {number}", number=number, path=path)


def trees():
    """Each level: full tiles, and the width of the partial one or 0."""
    for size, is_shown in (
        (70_000, True), (256, True), (0, False), (1, False), (255, False), (257, False), (511, False),
        (65_535, False), (65_536, False), (65_537, False), (16_777_216, False),
    ):  # fmt: skip
        levels, wide = [], size
        while wide:
            levels.append([wide // 256, wide % 256])
            wide //= 256
        yield (shown if is_shown else derived)(
            "tlog-tiles", f"size {size}", size=size, levels=levels
        )


# Proofs and policies.


def proofs():
    page = "tlog-proof"
    yield shown(
        page, "example: signatures elided, so no note; by its sizes a proof has 17 hashes",
        proof=PROOF, refused=True, index=73894, size=109482, hashes=PROOF_HASHES,
        extra="YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ",
    )  # fmt: skip
    text = checkpoint(2)
    good = f"c2sp.org/tlog-proof@v1\nindex 1\n{b64(LEAVES[0])}\n\n{text}\n{signed(LOG, text)}"
    one = checkpoint(1)
    alone = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{one}\n{signed(LOG, one)}"
    key = {"keys": [vkey(LOG)]}
    yield derived(
        page, "good", proof=good, **key, leaf=LEAVES[1].hex(), index=1, size=2, verified=True
    )
    yield derived(
        page,
        "a tree of one leaf: no hashes",
        proof=alone,
        **key,
        leaf=LEAVES[0].hex(),
        index=0,
        size=1,
        verified=True,
    )
    extra = good.replace("index", "extra AAEC\nindex")
    yield derived(
        page,
        "extra data",
        proof=extra,
        **key,
        leaf=LEAVES[1].hex(),
        index=1,
        size=2,
        verified=True,
        narrower="extra data",
    )
    for what, body in (
        ("first line of another version", good.replace("@v1", "@v2")),
        ("no first line", good.split("\n", 1)[1]),
        ("an empty line before", f"\n{good}"),
        ("leading zero", good.replace("index 1", "index 01")),
        ("two spaces", good.replace("index 1", "index  1")),
        ("plus", good.replace("index 1", "index +1")),
        ("minus", good.replace("index 1", "index -1")),
        ("digits that are not ASCII", good.replace("index 1", "index \u0661")),
        ("no index", good.replace("index 1\n", "")),
        ("index twice", good.replace("index 1\n", "index 1\nindex 1\n")),
        ("extra after the index", good.replace("index 1\n", "index 1\nextra AAEC\n")),
        ("extra that is no base64", good.replace("index", "extra ?\nindex")),
        ("hash of 31 bytes", good.replace(b64(LEAVES[0]), b64(LEAVES[0][:31]))),
        ("hash in hexadecimal", good.replace(b64(LEAVES[0]), LEAVES[0].hex())),
        ("CR LF", good.replace("\n", "\r\n")),
        ("no empty line", good.replace("\n\n", "\n", 1)),
        ("no checkpoint", good.split("\n\n", maxsplit=1)[0] + "\n\n"),
        ("nothing", ""),
    ):
        yield derived(page, what, proof=body, **key, leaf=LEAVES[1].hex(), refused=True)
    for what, body in (
        ("index outside the tree", good.replace("index 1", "index 2")),
        ("another leaf's index", good.replace("index 1", "index 0")),
        ("no hashes", good.replace(b64(LEAVES[0]) + "\n", "")),
        ("a hash more", good.replace("\n\n", f"\n{b64(LEAVES[0])}\n\n", 1)),
        ("another hash", good.replace(b64(LEAVES[0]), b64(LEAVES[2]))),
        ("signed by another key", good.replace(signed(LOG, text), signed("log.example/b", text))),
        (
            "signed under another name than its origin",
            good.replace(f"\n{LOG}\n", "\nlog.example/z\n"),
        ),
        ("size in the checkpoint changed", good.replace("\n2\n", "\n3\n")),
    ):
        yield derived(page, what, proof=body, **key, leaf=LEAVES[1].hex(), verified=False)


def policies():
    page = "tlog-policy"
    names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
    filled = POLICY.replace("log <vkey>", f"log {vkey(LOG)}")
    for name in names:
        key = vkey(f"{name.lower()}.example", 4)
        filled = filled.replace(f"{name} <vkey>", f"{name} {key}")
    text = checkpoint(5)

    def noted(by, log=LOG):
        lines = [cosigned(f"{one.lower()}.example", text) for one in by]
        return f"{text}\n{signed(log, text)}" + "".join(lines)

    yield shown(
        page, "example: keys elided, so it is no policy; see the next for one with keys",
        policy=POLICY, structure={
            "witnesses": names, "groups": [
                ["X-witnesses", 2, ["X1", "X2", "X3"]], ["Y-witnesses", 1, ["Y1", "Y2", "Y3"]],
                ["X-and-Y", 2, ["X-witnesses", "Y-witnesses"]],
            ], "quorum": "X-and-Y",
        },
    )  # fmt: skip
    for by, holds in (
        (["X1", "X2", "Y1"], True), (["X2", "X3", "Y3"], True), (["Y2", "X3", "X1"], True), (names, True),
        (["X1", "Y1"], False), (["X1", "X2"], False), (["X1", "X2", "X3"], False),
        (["Y1", "Y2", "Y3"], False), (["X1", "Y1", "Y2", "Y3"], False), ([], False),
    ):  # fmt: skip
        yield derived(
            page,
            f"example with keys, cosigned by {by}",
            policy=filled,
            **told(noted(by)),
            holds=holds,
        )
    yield derived(
        page, "one witness twice does not count twice", policy=filled, holds=False,
        **told(noted(["X1", "X1", "Y1"])),
    )  # fmt: skip
    yield derived(
        page, "signed by no log that is named", policy=filled, holds=False,
        **told(noted(names, "log.example/b")),
    )  # fmt: skip

    log, x1, x2 = vkey(LOG), vkey("x1.example", 4), vkey("x2.example", 4)
    head = f"log {log}\nwitness A {x1}\nwitness B {x2}\n"
    for what, policy in (
        ("no witnesses", f"log {log}\nquorum none\n"),
        ("one witness", f"log {log}\nwitness A {x1}\nquorum A\n"),
        ("addresses", f"log {log} https://l/\nwitness A {x1} https://w/\nquorum A\n"),
        ("tabs, spaces, comments, empty lines", f"# c\n\n \t\n\tlog  {log} \n  # d\nwitness\tA\t{x1}\nquorum A\t\n"),
        ("any order of logs and witnesses", f"witness A {x1}\nlog {log}\nquorum A\n"),
        ("group of all", f"{head}group G all A B\nquorum G\n"),
        ("group of one", f"{head}group G 1 A\nquorum G\n"),
        ("a name is octets", f"log {log}\nwitness \u212a {x1}\nwitness K {x2}\ngroup G all \u212a K\nquorum G\n"),
        ("a name like a word", f"log {log}\nwitness all {x1}\nwitness 2 {x2}\ngroup any 2 all 2\nquorum any\n"),
    ):  # fmt: skip
        yield derived(page, what, policy=policy, **told(noted(["X1", "X2"])), holds=True)
    for what, policy in (
        ("no quorum", head),
        ("nothing", ""),
        ("quorum twice", f"{head}quorum A\nquorum A\n"),
        ("quorum not defined", f"{head}quorum C\n"),
        ("quorum before its group", f"{head}quorum G\ngroup G any A B\n"),
        ("quorum of two", f"{head}quorum A B\n"),
        ("group before its members", f"log {log}\ngroup G any A\nwitness A {x1}\nquorum G\n"),
        ("group of itself", f"{head}group G any G A\nquorum G\n"),
        ("group without members", f"{head}group G all\nquorum A\n"),
        ("member twice", f"{head}group G 2 A A\nquorum G\n"),
        ("none as a member", f"{head}group G any none A\nquorum G\n"),
        ("none of the group", f"{head}group G 0 A B\nquorum G\n"),
        ("more than there are", f"{head}group G 3 A B\nquorum G\n"),
        ("number with a sign", f"{head}group G +1 A B\nquorum G\n"),
        ("a name twice", f"log {log}\nwitness A {x1}\nwitness A {x2}\nquorum A\n"),
        ("a group named like a witness", f"{head}group A any A B\nquorum A\n"),
        ("a witness named none", f"log {log}\nwitness none {x1}\nquorum none\n"),
        ("a witness's key twice", f"log {log}\nwitness A {x1}\nwitness B {x1}\nquorum A\n"),
        ("a witness's key twice, under two names of the key", f"log {log}\nwitness A {x1}\nwitness B {_renamed('x1.example')}\nquorum A\n"),
        ("a log twice", f"log {log}\nlog {log}\nquorum none\n"),
        ("a log's key for a witness", f"log {log}\nwitness A {vkey('x1.example')}\nquorum A\n"),
        ("a witness's key for a log", f"log {vkey(LOG, 4)}\nquorum none\n"),
        ("CR LF", f"{head}quorum A\n".replace("\n", "\r\n")),
        ("form feed", f"{head}\fquorum A\n"),
        ("DEL", f"# \x7f\n{head}quorum A\n"),
        ("unknown word", f"{head}oracle A\nquorum A\n"),
        ("comment behind a line", f"{head}quorum A # yes\n"),
    ):  # fmt: skip
        yield derived(page, what, policy=policy, **told(noted(["X1", "X2"])), refused=True)


def _renamed(name):
    raw = b"\x04" + public(name)
    return f"other.example+{key_id('other.example', 4, raw[1:]).hex()}+{b64(raw)}"


PARTS = {
    "notes": finished_notes, "vkeys": vkeys, "checkpoints": checkpoints, "cosignatures": cosignatures,
    "requests": requests, "exchanges": exchanges, "responses": responses, "tile_paths": tile_paths,
    "trees": trees, "proofs": proofs, "policies": policies,
}  # fmt: skip


# What a reader of the file would not see, or take for something else.
INVISIBLE = re.compile(
    "[\x7f-\xa0\u0660-\u0669\u1680\u2000-\u200f\u2028-\u202f\u212a\u3000\uff10-\uff19]"
)


def escape(found):
    return f"\\u{ord(found[0]):04x}"


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    parts = []
    for name, part in PARTS.items():
        rows = ",\n".join(
            INVISIBLE.sub(escape, json.dumps(one, ensure_ascii=False)) for one in part()
        )
        parts.append(f'"{name}": [\n{rows}\n]')
    (folder / "examples.json").write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
