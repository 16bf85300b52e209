"""How replies are read, and what each means."""

import contextlib
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.mail.smtp.replies import (
    LONGEST_REPLY,
    MOST_LINES,
    NOT_A_REPLY,
    Meaning,
    Phase,
    Reply,
    ReplyParser,
    ReplyTooLong,
    meaning_of,
)

GO_ON, RECONNECT, UNAVAILABLE = Meaning.GO_ON, Meaning.RECONNECT, Meaning.UNAVAILABLE
POLICY, LATER, UNKNOWN = Meaning.POLICY, Meaning.RECIPIENT_LATER, Meaning.UNKNOWN
NO_RECIPIENT, NO_MESSAGE = Meaning.RECIPIENT_REFUSED, Meaning.MESSAGE_REFUSED
NO_CONTENT, TOO_LARGE = Meaning.CONTENT_REFUSED, Meaning.TOO_LARGE

MEANINGS = [
    ("greeting", 220, b"ready", GO_ON),
    ("greeting", 354, b"go on", UNAVAILABLE),
    ("greeting", 421, b"4.3.2 too busy", UNAVAILABLE),
    ("greeting", 521, b"5.3.2 this host takes no mail", UNAVAILABLE),
    ("greeting", 554, b"5.7.1 no service for you", UNAVAILABLE),
    ("greeting", NOT_A_REPLY, b"SSH-2.0", UNAVAILABLE),
    ("ehlo", 250, b"hello", GO_ON),
    ("ehlo", 421, b"closing", UNAVAILABLE),
    ("ehlo", 502, b"not known", UNAVAILABLE),
    ("ehlo", 550, b"5.7.1 your name is not welcome", UNAVAILABLE),
    ("starttls", 220, b"go ahead", GO_ON),
    ("starttls", 421, b"closing", UNAVAILABLE),
    ("starttls", 454, b"4.7.0 not now", UNAVAILABLE),
    ("starttls", 501, b"5.5.4 no parameters", UNAVAILABLE),
    ("auth", 235, b"2.7.0 welcome", GO_ON),
    ("auth", 421, b"closing", UNAVAILABLE),
    ("auth", 432, b"4.7.12 change your password", UNAVAILABLE),
    ("auth", 454, b"4.7.0 not now", UNAVAILABLE),
    ("auth", 530, b"5.7.0 encrypt first", UNAVAILABLE),
    ("auth", 534, b"5.7.9 mechanism too weak", UNAVAILABLE),
    ("auth", 535, b"5.7.8 wrong", UNAVAILABLE),
    ("auth", 538, b"5.7.11 encryption needed", UNAVAILABLE),
    ("mail", 250, b"2.1.0 fine", GO_ON),
    ("mail", 421, b"4.4.2 idle for too long", RECONNECT),
    ("mail", 451, b"4.3.0 later", UNAVAILABLE),
    ("mail", 452, b"4.3.1 disk full", UNAVAILABLE),
    ("mail", 501, b"5.5.4 what is SIZE", UNAVAILABLE),
    ("mail", 503, b"5.5.1 nested", UNAVAILABLE),
    ("mail", 530, b"5.7.0 log in first", UNAVAILABLE),
    ("mail", 550, b"5.7.1 not your sender", UNAVAILABLE),
    ("mail", 552, b"5.3.4 too long", TOO_LARGE),
    ("mail", 523, b"5.3.4 too long", TOO_LARGE),
    ("mail", 552, b"too long", TOO_LARGE),
    ("mail", 552, b"5.2.2 the sender's quota", UNAVAILABLE),
    ("mail", 553, b"5.1.8 no such domain", UNAVAILABLE),
    ("mail", 354, b"go on", UNAVAILABLE),
    ("mail", NOT_A_REPLY, b"garbage", UNAVAILABLE),
    ("rcpt", 250, b"2.1.5 fine", GO_ON),
    ("rcpt", 251, b"will forward", GO_ON),
    ("rcpt", 252, b"cannot verify, will try", GO_ON),
    ("rcpt", 354, b"go on", UNAVAILABLE),
    ("rcpt", 0, b"", UNAVAILABLE),
    ("rcpt", 999, b"", UNAVAILABLE),
    ("rcpt", NOT_A_REPLY, b"garbage", UNAVAILABLE),
    ("rcpt", 421, b"4.7.0 too many mails", RECONNECT),
    ("rcpt", 450, b"busy", LATER),
    ("rcpt", 450, b"4.7.1 greylisted", LATER),
    ("rcpt", 450, b"5.7.1 the code counts, not its refinement", LATER),
    ("rcpt", 450, b"4.1.8 sender's domain not found", UNAVAILABLE),
    ("rcpt", 451, b"4.1.7 sender's address", UNAVAILABLE),
    ("rcpt", 450, b"4.1.1 unverified recipient", LATER),
    ("rcpt", 452, b"4.2.2 mailbox full", LATER),
    ("rcpt", 452, b"4.5.3 too many recipients", LATER),
    ("rcpt", 552, b"5.5.3 too many recipients", LATER),
    ("rcpt", 552, b"storage exceeded", LATER),
    ("rcpt", 552, b"5.2.2 mailbox full", NO_RECIPIENT),
    ("rcpt", 552, b"5.2.3 too long for this mailbox", TOO_LARGE),
    ("rcpt", 552, b"5.3.4 too long", TOO_LARGE),
    ("rcpt", 550, b"5.1.1 unknown", NO_RECIPIENT),
    ("rcpt", 550, b"5.1.10 the domain takes no mail", NO_RECIPIENT),
    ("rcpt", 556, b"the domain takes no mail", NO_RECIPIENT),
    ("rcpt", 550, b"no such user", NO_RECIPIENT),
    ("rcpt", 550, b"5.5.0 mailbox unavailable", NO_RECIPIENT),
    ("rcpt", 550, b"4.7.1 the code counts, not its refinement", NO_RECIPIENT),
    ("rcpt", 550, b"5.7.1x is no enhanced code", NO_RECIPIENT),
    ("rcpt", 551, b"5.1.6 moved", NO_RECIPIENT),
    ("rcpt", 553, b"5.1.3 what an address", NO_RECIPIENT),
    ("rcpt", 501, b"5.1.3 bad syntax in the address", NO_RECIPIENT),
    ("rcpt", 501, b"bad address", NO_RECIPIENT),
    ("rcpt", 501, b"5.5.2 bad syntax", NO_MESSAGE),
    ("rcpt", 500, b"what", NO_MESSAGE),
    ("rcpt", 502, b"5.5.1 what", NO_MESSAGE),
    ("rcpt", 503, b"5.5.1 MAIL first", NO_MESSAGE),
    ("rcpt", 504, b"5.5.4 what parameter", NO_MESSAGE),
    ("rcpt", 555, b"5.5.4 what parameter", NO_MESSAGE),
    ("rcpt", 555, b"what parameter", NO_MESSAGE),
    ("rcpt", 553, b"5.6.7 ASCII only", NO_MESSAGE),
    ("rcpt", 530, b"5.7.0 log in first", UNAVAILABLE),
    ("rcpt", 521, b"this host takes no mail", UNAVAILABLE),
    ("rcpt", 521, b"5.7.1 not for you", POLICY),
    ("rcpt", 550, b"5.7.1 no relay", POLICY),
    ("rcpt", 554, b"5.7.1 listed", POLICY),
    ("rcpt", 550, b"5.1.8 sender's domain not found", POLICY),
    ("rcpt", 550, b"5.1.7 sender's address", POLICY),
    ("rcpt", 550, b"5.4.5 your daily limit", UNAVAILABLE),
    ("rcpt", 550, b"5.4.1 no such host", NO_RECIPIENT),
    ("data", 354, b"go on", GO_ON),
    ("data", 250, b"fine", UNAVAILABLE),
    ("data", 999, b"", UNAVAILABLE),
    ("data", NOT_A_REPLY, b"garbage", UNAVAILABLE),
    ("data", 421, b"closing", RECONNECT),
    ("data", 451, b"4.3.0 later", LATER),
    ("data", 452, b"4.3.1 disk full", LATER),
    ("data", 503, b"5.5.1 RCPT first", NO_CONTENT),
    ("data", 554, b"5.5.1 no valid recipients", NO_CONTENT),
    ("data", 554, b"no", NO_CONTENT),
    ("data", 550, b"5.1.1 unknown after all", NO_RECIPIENT),
    ("data", 550, b"5.7.1 no", NO_CONTENT),
    ("end of data", 250, b"2.0.0 taken", GO_ON),
    ("end of data", 200, b"", GO_ON),
    ("end of data", 354, b"more", UNKNOWN),
    ("end of data", 0, b"", UNKNOWN),
    ("end of data", 999, b"", UNKNOWN),
    ("end of data", NOT_A_REPLY, b"garbage", UNKNOWN),
    ("end of data", 421, b"4.3.2 closing", LATER),
    ("end of data", 451, b"4.7.1 greylisted", LATER),
    ("end of data", 452, b"4.3.1 disk full", LATER),
    ("end of data", 450, b"4.1.8 sender's domain not found", UNAVAILABLE),
    ("end of data", 550, b"5.1.1 unknown after all", NO_RECIPIENT),
    ("end of data", 552, b"5.2.2 mailbox full", NO_RECIPIENT),
    ("end of data", 552, b"5.2.3 too long for this mailbox", TOO_LARGE),
    ("end of data", 552, b"5.3.4 too long", TOO_LARGE),
    ("end of data", 554, b"5.6.0 what a message", NO_CONTENT),
    ("end of data", 550, b"spam", NO_CONTENT),
    ("end of data", 550, b"5.7.26 not authenticated", POLICY),
    ("end of data", 550, b"4.2.1 the code counts, not its refinement", NO_CONTENT),
    ("end of data", 552, b"too long", TOO_LARGE),
    ("end of data", 550, b"5.1.8 sender's domain not found", POLICY),
    ("end of data", 550, b"5.4.5 your daily limit", UNAVAILABLE),
    ("rset", 250, b"fine", GO_ON),
    ("rset", 421, b"closing", RECONNECT),
    ("rset", 502, b"what", RECONNECT),
    ("rset", NOT_A_REPLY, b"garbage", RECONNECT),
]


@pytest.mark.parametrize(
    ("phase", "code", "words", "meaning"),
    MEANINGS,
    ids=[f"{phase} {code} {words.decode()}" for phase, code, words, _ in MEANINGS],
)
def test_a_reply_means(phase: str, code: int, words: bytes, meaning: Meaning) -> None:
    assert meaning_of(Phase(phase), Reply(code, words)) is meaning


codes = st.integers(-1, 999)
words = st.binary(max_size=20) | st.from_regex(rb"[245]\.[0-9]{1,3}\.[0-9]{1,3} .*")


@given(phase=st.sampled_from(Phase), code=codes, words=words)
def test_every_reply_has_a_meaning_and_only_its_first_digit_makes_a_success(
    phase: Phase, code: int, words: bytes
) -> None:
    success = 3 if phase is Phase.DATA else 2
    assert (meaning_of(phase, Reply(code, words)) is Meaning.GO_ON) == (code // 100 == success)


@given(code=codes, words=words)
def test_a_delivery_is_unknown_only_without_a_valid_reply_to_the_end_of_data(code: int, words: bytes) -> None:
    meaning = meaning_of(Phase.END_OF_DATA, Reply(code, words))
    assert (meaning is Meaning.UNKNOWN) == (code // 100 not in (2, 4, 5))


@pytest.mark.parametrize(
    ("words", "enhanced"),
    [
        (b"5.1.1 unknown", "5.1.1"),
        (b"5.1.1", "5.1.1"),
        (b" 5.7.509 \xff", "5.7.509"),
        (b"5.1.1\nunknown", "5.1.1"),
        (b"4.1.1 contradicts 550", ""),
        (b"5.1.1.1 an address of a machine", ""),
        (b"5.1", ""),
        (b"unknown 5.1.1", ""),
        (b"", ""),
    ],
    ids=["usual", "alone", "three digits", "many lines", "class", "longer", "shorter", "not first", "none"],
)
def test_an_enhanced_code_is_read(words: bytes, enhanced: str) -> None:
    assert Reply(550, words).enhanced == enhanced
    assert Reply(550, words).wordless == Reply(550, enhanced.encode())


@pytest.mark.parametrize(
    ("words", "redacted"),
    [
        (b"<ada@example.org>: unknown", "550 <address>: unknown"),
        (b'"ada b"@example.org ADA@EXAMPLE.ORG, x', "550 <address> <address>, x"),
        (b"see ?who=ada%40example.org or list+ada=40example.org", "550 see <address> or <address>"),
        ("<jürgen@example.org>".encode(), "550 <address>"),
        (b"jos\xe9@example.org", "550 <address>"),
        (b"ada is unknown, not adam", "550 <address> is unknown, not adam"),
        (b"not owned by postbox", "550 not owned by <secret>"),
        (b"acorrect horseb is wrong", "550 a<secret>b is wrong"),
        (b"a\x1b[31m\xffred\n\nline", "550 a[31mÿred line"),
        (b"x" * 500, "550 " + "x" * 200),
        (b"5.1.1 " + b"x" * 32_000, "550 5.1.1 ..."),
        (b"ada@example.org " * 2_000, "550 " + "<address> " * 19 + "<address>"),
        (b"", "550"),
    ],
    ids=[
        "in brackets", "quoted", "encoded", "UTF-8", "Latin 1", "local part", "user", "password",
        "control character", "long", "a long word", "many addresses", "nothing",
    ],
)  # fmt: skip
def test_the_words_of_a_server_are_shown_without_address_and_secret(words: bytes, redacted: str) -> None:
    assert Reply(550, words).redacted(("postbox", "", "correct horse"), "ada") == redacted


@pytest.mark.parametrize(
    ("words", "redacted"),
    [
        (b"5.1.1 <ada\n5.1.1 @example.org>\n5.1.1 unknown", "550 5.1.1 <address> unknown"),
        (b"5.1.1\nada@example.org", "550 5.1.1 <address>"),
        (b"not correct\nhorse, but COR\nRECT HORSE", "550 not <secret>, but <secret>"),
    ],
    ids=["address", "enhanced code alone", "password"],
)
def test_what_is_split_over_lines_is_masked(words: bytes, redacted: str) -> None:
    assert Reply(550, words).redacted(("correct horse",), "ada") == redacted


def test_an_invalid_reply_is_shown_as_such() -> None:
    assert Reply(NOT_A_REPLY, b"what is that?").redacted() == "(not a reply) what is that?"


def test_a_code_is_shown_with_three_digits() -> None:
    assert Reply(7, b"agent").redacted() == "007 agent"


def read(stream: bytes) -> tuple[Reply | None, bytes]:
    parser = ReplyParser()
    parser.feed(stream)
    return parser.read(), parser.unread


@pytest.mark.parametrize(
    ("stream", "reply", "unread"),
    [
        (b"250 fine\r\n", Reply(250, b"fine"), b""),
        (b"250\r\n", Reply(250), b""),
        (b"250 fine\n", Reply(250, b"fine"), b""),
        (b"250-a\r\n250-\r\n250 b\r\n", Reply(250, b"a\n\nb"), b""),
        (b"250 fine\r\n421 bye\r\n", Reply(250, b"fine"), b"421 bye\r\n"),
        (b"000 what\r\n", Reply(0, b"what"), b""),
        (b"250-a\r\n550 b\r\n", Reply(NOT_A_REPLY, b"250-a\n550 b"), b""),
        (b"250-a\r\nwhat\r\n250 b\r\n", Reply(NOT_A_REPLY, b"250-a\nwhat"), b"250 b\r\n"),
        (b"what is that?\r\n", Reply(NOT_A_REPLY, b"what is that?"), b""),
        (b"2500 fine\r\n", Reply(NOT_A_REPLY, b"2500 fine"), b""),
        (b" 25 fine\r\n", Reply(NOT_A_REPLY, b" 25 fine"), b""),
        (b"+25 fine\r\n", Reply(NOT_A_REPLY, b"+25 fine"), b""),
        ("٢٥٠ fine\r\n".encode(), Reply(NOT_A_REPLY, "٢٥٠ fine".encode()), b""),
        (b"\r\n", Reply(NOT_A_REPLY), b""),
        (b"250 no end of line", None, b"250 no end of line"),
        (b"250-more to come\r\n", None, b""),
        (b"", None, b""),
    ],
    ids=[
        "one line", "without words", "bare LF", "several lines", "more than one", "000", "self-contradictory",
        "broken off", "garbage", "four digits", "space", "sign", "other digits", "empty line", "half a line",
        "half a reply", "nothing",
    ],
)  # fmt: skip
def test_a_reply_is_read(stream: bytes, reply: Reply | None, unread: bytes) -> None:
    assert read(stream) == (reply, unread)


@given(
    replies=st.lists(
        st.tuples(st.integers(200, 599), st.lists(st.binary(max_size=9), min_size=1)), max_size=5
    ),
    cuts=st.lists(st.integers(1, 7), min_size=1),
)
def test_replies_are_the_same_however_they_are_cut(
    replies: list[tuple[int, list[bytes]]], cuts: list[int]
) -> None:
    expected = [Reply(code, b"\n".join(_line(line) for line in lines)) for code, lines in replies]
    stream = b"".join(_written(reply) for reply in expected)
    parser, found = ReplyParser(), []
    while stream:
        cut = cuts[len(stream) % len(cuts)]
        parser.feed(stream[:cut])
        stream = stream[cut:]
        while reply := parser.read():
            found.append(reply)
    assert found == expected


def _line(words: bytes) -> bytes:
    return words.replace(b"\n", b"").rstrip(b"\r")


def _written(reply: Reply) -> bytes:
    *lines, last = reply.words.split(b"\n")
    code = b"%d" % reply.code
    return b"".join(code + b"-" + line + b"\r\n" for line in lines) + code + b" " + last + b"\r\n"


@pytest.mark.parametrize(
    "piece",
    [b"250-" + b"x" * 60 + b"\r\n", b"250 one line for ever ", b"\0"],
    ids=["lines", "line", "nothing"],
)
def test_a_reply_without_end_is_too_long(piece: bytes) -> None:
    parser = ReplyParser()
    parser.feed(piece * (LONGEST_REPLY // len(piece)))
    assert parser.read() is None
    parser.feed(piece)
    with pytest.raises(ReplyTooLong, match=r"^its reply is longer than 32768 bytes$"):
        parser.read()


def test_a_reply_has_a_thousand_lines_at_most() -> None:
    parser = ReplyParser()
    parser.feed(b"250-\r\n" * (MOST_LINES - 1) + b"250 \r\n")
    assert parser.read() == Reply(250, b"\n" * (MOST_LINES - 1))
    parser.feed(b"250-\r\n" * MOST_LINES)
    with pytest.raises(ReplyTooLong, match=r"^its reply has more than 1000 lines$"):
        parser.read()


def test_many_replies_are_not_too_long() -> None:
    parser, reply = ReplyParser(), b"250 fine\r\n"
    for _ in range(LONGEST_REPLY // len(reply) + 1):
        parser.feed(reply)
        assert parser.read() == Reply(250, b"fine")
    assert parser.read() is None


@given(stream=st.binary(max_size=60))
def test_all_bytes_that_a_server_sends_can_be_read_and_shown(stream: bytes) -> None:
    reply = read(stream + b"\r\n")[0]
    assert reply is None or "\n" not in reply.redacted()


PIECES = (
    *(b"250 ", b"550-", b"5.1.1 ", b"\r\n", b"\n", b"\r", b" ", b"\0", b"\xff", b"a", b"@", b"%40", b"+40"),
    *(b'"', b"<", b">", b".", b"://", b"&#64;", b"ada", b"ada.", b"\\x{40}", "\u0301".encode(), b"a" * 99),
)
MEGABYTE, CPU_SECONDS, MEMORY_BYTES = 1_000_000, 5.0, 300_000_000
MOST_COMMANDS = 100


def repeated(pieces: list[bytes], size: int) -> bytes:
    piece = b"".join(pieces)
    return (piece * (size // len(piece) + 1))[:size]


def hold(stream: bytes) -> None:
    """Read and show so many replies of a server that sends this; it may end with an error that has a name."""
    parser, start = ReplyParser(), 0
    for _ in range(MOST_COMMANDS):
        while (reply := parser.read()) is None and start < len(stream):
            parser.feed(stream[start : start + 4096])
            start += 4096
        if reply:
            assert meaning_of(Phase.RCPT, reply)
            assert "\n" not in reply.redacted(("correct horse",), "ada.lovelace+news")


@pytest.mark.exhaustive
@settings(deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES) | st.binary(min_size=1, max_size=9), min_size=1, max_size=9))
@example(pieces=[b"550 5.1.1 ", b"a" * 32_000, b"\r\n"])
@example(pieces=[b"550-\n"])
@example(pieces=[b"a"])
def test_a_megabyte_of_replies_costs_little_time_and_memory(pieces: list[bytes]) -> None:
    stream = repeated(pieces, MEGABYTE)
    tracemalloc.start()
    began = time.process_time()
    try:
        with contextlib.suppress(ReplyTooLong):
            hold(stream)
        assert time.process_time() - began < CPU_SECONDS
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.exhaustive
@settings(deadline=None)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    local_part=st.sampled_from(["ada", "ada.lovelace+news", "jörg", "中", "a" * 64, ".", ""]),
)
def test_a_reply_of_any_length_is_shown_in_a_moment(pieces: list[bytes], local_part: str) -> None:
    reply = Reply(550, repeated(pieces, LONGEST_REPLY))
    began = time.process_time()
    shown = reply.redacted(("correct horse", "x" * 60), local_part)
    assert time.process_time() - began < 1
    assert "@" not in shown
