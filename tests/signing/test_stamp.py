"""Time stamps, asked of and judged against the program `openssl`."""

import calendar
import contextlib
import hashlib
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from kt1custody.errors import KtError, MalformedInputError, UnavailableError, VerificationError
from kt1custody.services.evidence import stamps
from kt1custody.signing import stamp
from tests.kit import openssl_tsa
from tests.kit.openssl_tsa import STAMPING, Authority, Holder, certify, good, moment, serve, set_up
from tests.kit.words import VI

MESSAGE = b"kt1.lamdong.vn/68\n31\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
SHA256 = hashlib.sha256(MESSAGE).digest()
DATA = Path(__file__).parent.parent / "data" / "stamps"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tsa")


@pytest.fixture(scope="module")
def root() -> Holder:
    return certify("Root")


@pytest.fixture(scope="module")
def tsa(folder: Path, root: Holder) -> Authority:
    return set_up(folder / "tsa", certify("TSA", root, purpose=STAMPING))


@pytest.fixture(scope="module")
def response(tsa: Authority) -> bytes:
    """A good stamp of `MESSAGE`."""
    return tsa.reply(stamp.ask(MESSAGE)[0])


def refusal(
    response: bytes, root: Holder, message: bytes = MESSAGE, nonce: int | None = None
) -> tuple[str, object]:
    """Give code and reason of a refusal, both of which have their words."""
    with pytest.raises((VerificationError, MalformedInputError)) as caught:
        stamp.check(message, response, [root.pem], nonce=nonce)
    code, why = caught.value.code, caught.value.detail["why"]
    family = VerificationError if code == "stamp-wrong" else MalformedInputError
    assert isinstance(caught.value, family)
    assert VI.has_word("error", code)
    assert VI.has_word("why", str(why))
    return code, why


# The request


def test_a_request_is_what_openssl_reads_in_it(tsa: Authority):
    request, nonce = stamp.ask(MESSAGE)
    (tsa.folder / "asked").write_bytes(request)
    words = ["openssl", "ts", "-query", "-in", "asked", "-text"]
    told = subprocess.run(words, cwd=tsa.folder, check=True, capture_output=True).stdout.decode()
    assert "Hash Algorithm: sha256" in told
    assert "Certificate required: yes" in told
    assert int(re.findall("Nonce: (0x[0-9A-F]+)", told)[0], 16) == nonce


def test_no_two_requests_share_a_nonce():
    nonces = [stamp.ask(MESSAGE)[1] for _ in range(100)]
    assert len(set(nonces)) == 100
    assert max(nonces).bit_length() == 64


# A good stamp


def test_a_stamp_gives_its_time_and_openssl_agrees(tsa: Authority, root: Holder):
    before = int(time.time())
    request, nonce = stamp.ask(MESSAGE)
    response = tsa.reply(request)
    assert before <= stamp.check(MESSAGE, response, [root.pem], nonce=nonce) <= time.time()
    assert tsa.accepts(MESSAGE, response, root.pem)


def test_one_of_several_roots_is_enough(response: bytes, root: Holder):
    others = certify("Another").pem + certify("A third").pem
    assert stamp.check(MESSAGE, response, [others, root.pem]) > 0


def test_fractions_of_a_second_are_cut_off(folder: Path, root: Holder):
    signer = certify("TSA", root, purpose=STAMPING)
    tsa = set_up(folder / "fractions", signer, more="clock_precision_digits = 6")
    response = tsa.reply(stamp.ask(MESSAGE)[0])
    whole, fraction = re.findall(rb"\x18.([0-9]{14})(\.[0-9]+)?Z", response)[0]
    assert fraction
    at = calendar.timegm(time.strptime(whole.decode(), "%Y%m%d%H%M%S"))
    assert stamp.check(MESSAGE, response, [root.pem]) == at


# What a stamp states


def test_a_stamp_of_another_message_is_refused(tsa: Authority, response: bytes, root: Holder):
    assert refusal(response, root, MESSAGE + b"\n") == ("stamp-wrong", "stamp-message")
    assert not tsa.accepts(MESSAGE + b"\n", response, root.pem)


@pytest.mark.parametrize(
    ("by", "digest"), [("sha512", hashlib.sha512(MESSAGE).digest()), ("sha3-256", SHA256)]
)
def test_a_stamp_by_another_hash_is_refused(tmp_path: Path, root: Holder, by: str, digest: bytes):
    signer = certify("TSA", root, purpose=STAMPING)
    tsa = set_up(tmp_path / "tsa", signer, more=f"digests = {by}")
    response = tsa.reply(tsa.query(digest, by=by))
    assert refusal(response, root) == ("stamp-wrong", "stamp-message")


def test_a_stamp_that_answers_another_request_is_refused(response: bytes, root: Holder):
    other = stamp.ask(MESSAGE)[1]
    assert refusal(response, root, nonce=other) == ("stamp-wrong", "stamp-nonce")


def test_a_stamp_without_a_nonce_is_refused(tsa: Authority, root: Holder):
    response = tsa.reply(tsa.query(SHA256, "-no_nonce"))
    assert tsa.accepts(MESSAGE, response, root.pem)
    assert refusal(response, root) == ("stamp-wrong", "stamp-nonce")
    assert refusal(response, root, nonce=1) == ("stamp-wrong", "stamp-nonce")


def test_what_the_authority_refuses_is_no_stamp(tsa: Authority, response: bytes, root: Holder):
    refused = tsa.reply(tsa.query(SHA256, "-tspolicy", "1.2.3.4.99"))
    assert refusal(refused, root) == ("stamp-wrong", "stamp-refused")
    status = response.index(b"\x02\x01\x00") + 2
    with_changes = response[:status] + b"\x01" + response[status + 1 :]
    assert refusal(with_changes, root) == ("stamp-wrong", "stamp-refused")


# Who signed it, and when


def test_a_stamp_under_another_root_is_refused(tsa: Authority, response: bytes, root: Holder):
    namesake = certify("Root")
    assert refusal(response, namesake) == ("stamp-wrong", "stamp-chain")
    assert not tsa.accepts(MESSAGE, response, namesake.pem)


@pytest.mark.parametrize(
    ("signer_years", "root_years", "stamped", "holds"),
    [
        ((2019, 2021), (2015, 2115), 2020, True),  # ended today, not at the stamp's time
        ((2019, 2021), (2015, 2115), 2022, False),
        ((2019, 2021), (2015, 2115), 2018, False),
        ((2015, 2115), (2019, 2021), 2020, True),
        ((2015, 2115), (2019, 2021), 2022, False),
        ((2015, 2115), (2019, 2021), 2018, False),
    ],
)
def test_certificates_count_at_the_time_of_the_stamp(
    tmp_path: Path,
    response: bytes,
    signer_years: tuple[int, int],
    root_years: tuple[int, int],
    stamped: int,
    holds: bool,
):
    root = certify("Root", years=root_years)
    signer = certify("TSA", root, years=signer_years, purpose=STAMPING)
    tsa, at = set_up(tmp_path / "tsa", signer), moment(stamped)
    restamped = tsa.restamp(response, at)
    assert tsa.accepts(MESSAGE, restamped, root.pem, int(at.timestamp())) == holds
    if holds:
        assert stamp.check(MESSAGE, restamped, [root.pem]) == at.timestamp()
    else:
        assert refusal(restamped, root) == ("stamp-wrong", "stamp-chain")


@pytest.mark.parametrize(
    ("purpose", "critical", "holds"),
    [
        (STAMPING, True, True),
        (STAMPING, False, False),
        (ExtendedKeyUsageOID.CODE_SIGNING, True, False),
        (None, True, False),
    ],
)
def test_a_certificate_must_be_for_time_stamps_alone(
    tmp_path: Path, root: Holder, response: bytes, purpose, critical: bool, holds: bool
):
    signer = certify("TSA", root, purpose=purpose, critical=critical)
    tsa, at = set_up(tmp_path / "tsa", signer), moment(2020)
    restamped = tsa.restamp(response, at)
    assert tsa.accepts(MESSAGE, restamped, root.pem, int(at.timestamp())) == holds
    if holds:
        assert stamp.check(MESSAGE, restamped, [root.pem]) == at.timestamp()
    else:
        assert refusal(restamped, root) == ("stamp-wrong", "stamp-chain")


def test_a_stamp_signed_over_a_weak_hash_is_refused(tsa: Authority, root: Holder, response: bytes):
    strong, weak = (tsa.restamp(response, moment(2020), "-md", md) for md in ("sha384", "sha1"))
    assert stamp.check(MESSAGE, strong, [root.pem]) == moment(2020).timestamp()
    assert refusal(weak, root) == ("stamp-wrong", "stamp-digest")


@pytest.mark.parametrize("brought", [True, False])
def test_a_certificate_between_root_and_authority_comes_with_the_stamp(
    tmp_path: Path, brought: bool
):
    root = certify("A root of so long a name that its certificates sort last")
    between = certify("Between", root)
    signer = certify("TSA", between, purpose=STAMPING)
    tsa = set_up(tmp_path / "tsa", signer, chain=(between,) if brought else ())
    response = tsa.reply(stamp.ask(MESSAGE)[0])
    assert tsa.accepts(MESSAGE, response, root.pem) == brought
    if brought:
        assert stamp.check(MESSAGE, response, [root.pem]) > 0
    else:
        assert refusal(response, root) == ("stamp-wrong", "stamp-chain")
    assert refusal(response, between) == ("stamp-wrong", "stamp-chain")  # it is no root


def test_certificates_out_of_order_are_named_as_the_fault(tsa: Authority):
    """`set-order.tsr`, as OpenSSL makes it if a certificate of its `certs` is the shorter one."""
    response, root = ((DATA / name).read_bytes() for name in ("set-order.tsr", "set-order.pem"))
    assert tsa.accepts(MESSAGE, response, root)
    with pytest.raises(MalformedInputError) as caught:
        stamp.check(MESSAGE, response, [root])
    assert (caught.value.code, caught.value.detail["why"]) == ("stamp-malformed", "set-order")
    assert "certs" in VI.word("why", "set-order")


# What is no response at all


def test_what_is_cut_or_random_is_malformed(response: bytes, root: Holder):
    chance = random.Random(3161)
    cut = [response[:length] for length in range(len(response))]
    noise = [chance.randbytes(chance.randrange(200)) for _ in range(500)]
    for one in (*cut, *noise, response + b"\x00"):
        assert refusal(one, root) in {
            ("stamp-malformed", "stamp-der"),
            ("stamp-malformed", "set-order"),
        }


@pytest.mark.slow
def test_a_flipped_bit_is_refused_or_changes_nothing(response: bytes, root: Holder):
    at, refused = stamp.check(MESSAGE, response, [root.pem]), 0
    for place in range(len(response) * 8):
        flipped = bytearray(response)
        flipped[place // 8] ^= 1 << place % 8
        try:
            assert stamp.check(MESSAGE, bytes(flipped), [root.pem]) == at
        except KtError:
            refused += 1
    assert refused > len(response) * 8 * 0.9


def test_what_is_too_long_is_not_even_read(response: bytes, root: Holder):
    longest = response + bytes(stamp.MAX_RESPONSE - len(response))
    assert refusal(longest, root) == ("stamp-malformed", "stamp-der")
    assert refusal(longest + b"\x00", root) == ("stamp-malformed", "stamp-long")


@pytest.mark.parametrize("roots", [[], [b""], [b"-----BEGIN CERTIFICATE-----\nAAAA\n"], [b"\xff"]])
def test_without_a_readable_root_nothing_is_judged(response: bytes, roots: list[bytes]):
    with pytest.raises(MalformedInputError, match="stamp-roots"):
        stamp.check(MESSAGE, response, roots)


def test_without_its_library_the_program_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(UnavailableError, match="stamp-not-installed"):
        stamp.ask(MESSAGE)
    with pytest.raises(UnavailableError, match="stamp-not-installed"):
        stamp.check(MESSAGE, b"", [])


# Over HTTP


def trouble(url: str, timeout: float = 5) -> object:
    """Give the reason why nothing could be fetched."""
    with pytest.raises(UnavailableError, match="stamp-server") as caught:
        stamps.fetch(url, b"request", timeout)
    return caught.value.detail["why"]


def test_a_stamp_is_fetched_and_holds(tsa: Authority, root: Holder):
    kinds = []

    def answer(_: str, kind: str | None, body: bytes) -> openssl_tsa.Answer:
        kinds.append(kind)
        return good(tsa.reply(body))

    request, nonce = stamp.ask(MESSAGE)
    with serve(answer) as url:
        response = stamps.fetch(url, request, 5)
    assert kinds == ["application/timestamp-query"]
    assert stamp.check(MESSAGE, response, [root.pem], nonce=nonce) > 0


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, {"Content-Type": "text/html"}, b"<p>please log in</p>"), "stamp-type"),
        ((200, {}, b"x"), "stamp-type"),
        (good(bytes(stamp.MAX_RESPONSE + 1)), "stamp-long"),
        ((404, {}, b""), "HTTP 404"),
        ((503, {}, b"later"), "HTTP 503"),
    ],
)
def test_what_is_no_stamp_is_refused(answer: openssl_tsa.Answer, why: str):
    with serve(lambda *_: answer) as url:
        assert trouble(url) == why


def test_as_much_as_a_stamp_may_be_is_fetched():
    with serve(lambda *_: good(bytes(stamp.MAX_RESPONSE))) as url:
        assert len(stamps.fetch(url, b"", 5)) == stamp.MAX_RESPONSE


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(code: int):
    asked = []

    def answer(path: str, *_: object) -> openssl_tsa.Answer:
        asked.append(path)
        return (code, {"Location": "/there"}, b"") if path == "/here" else good(b"")

    with serve(answer) as url:
        assert trouble(f"{url}/here") == "stamp-moved"
    assert asked == ["/here"]


def test_a_server_that_is_slow_is_given_up():
    enough = threading.Event()

    def answer(*_: object) -> openssl_tsa.Answer:
        enough.wait(10)
        return good(b"")

    with serve(answer) as url:
        try:
            began = time.monotonic()
            assert trouble(url, timeout=0.2) == "stamp-slow"
            assert time.monotonic() - began < 5
        finally:
            enough.set()


def closed_port() -> Iterator[str]:
    with socket.socket() as taken:  # bound but not listening: nobody else gets it
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_server_that_is_down_or_hangs_up_is_silent():
    for url in closed_port():
        assert trouble(url) == "stamp-silent"
    with serve(lambda *_: (_ for _ in ()).throw(ConnectionError)) as url:
        assert trouble(url) == "stamp-silent"


def test_a_server_whose_certificate_nobody_knows_is_refused():
    with serve(lambda *_: good(b""), tls=certify("127.0.0.1")) as url:
        assert trouble(url) == "stamp-tls"


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "ftp://a.vn/", "data:,a", "http://a.vn:x/", "http://a.vn/ă"]
)
def test_what_is_no_web_address_is_refused(url: str):
    assert trouble(url) == "stamp-url"


@pytest.mark.parametrize("why", ["url", "silent", "slow", "tls", "moved", "type", "long"])
def test_every_trouble_has_its_word(why: str):
    assert VI.has_word("why", f"stamp-{why}")


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (HEAD + b"Content-Length: 60000\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;x\r\nx\r\n"),
    ],
    ids=["100 Continue", "head", "body", "chunks"],
)
def test_an_authority_that_never_ends_is_given_up_in_time(first: bytes, more: bytes):
    over = threading.Event()

    def drip(port: socket.socket) -> None:
        with contextlib.suppress(OSError):
            other, _ = port.accept()
            with other:
                other.sendall(first)
                while not over.wait(0.02):
                    other.sendall(more)

    with socket.create_server(("127.0.0.1", 0)) as port:
        thread = threading.Thread(target=drip, args=(port,))
        thread.start()
        began = time.monotonic()
        try:
            assert trouble(f"http://127.0.0.1:{port.getsockname()[1]}", timeout=0.5) == "stamp-slow"
            assert time.monotonic() - began < 3
        finally:
            over.set()
            thread.join()
