"""What is masked in a log, and in the words of a mail server."""

import base64

import pytest

from digest.system.masking import masked, masked_traceback, without_mailbox, without_secrets

LOG_LINES = {
    "plain": ("the mail to ada@example.org failed", "the mail to <address> failed"),
    "in other letters": ("ADA@EXAMPLE.ORG!", "<address>"),
    "in brackets": ("Ada <ada@example.org>, once", "Ada <<address>>, once"),
    "in Python": ("Subscriber(email='ada@example.org')", "Subscriber(email='<address>')"),
    "quoted": ('"ada lovelace"@example.org', "<address>"),
    "mistyped": ("ada@example..org", "<address>"),
    "this machine": ("ada@localhost", "<address>"),
    "of a number": ("ada@[192.0.2.1]", "<address>"),
    "beyond ASCII": ("jürgen@bücher.example", "<address>"),
    "full width": ("ada＠example.org", "<address>"),
    "in a URL": ("/unsubscribe?who=ada%40example.org", "<address>"),
    "twice encoded": ("/unsubscribe?who=ada%2540example.org", "<address>"),
    "password": ("at smtps://postbox:s3cr3t@mail.example.org:465", "at smtps://<secret>"),
    "odd password": ("at smtps://postbox:s'3(c@mail.example.org", "at smtps://<secret>"),
    "keywords": ("2 failed (pass@k, mAP@0.5): 40 papers", "2 failed (pass@k, mAP@0.5): 40 papers"),
    "a URL": ("see https://info.arxiv.org/help/api", "see https://info.arxiv.org/help/api"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "shown"), LOG_LINES.values(), ids=LOG_LINES.keys())
def test_a_log_has_no_address_and_no_password(line: str, shown: str) -> None:
    assert masked(line) == shown


def test_a_traceback_has_of_a_url_only_the_host() -> None:
    text = 'InvalidURL: "https://ping.example.org/5up3r?s3cr3t" of ada@example.org, http://localhost'
    assert masked_traceback(text) == (
        'InvalidURL: "https://ping.example.org/<secret>" of <address>, http://localhost'
    )


WORDS = {
    "in other letters": ("ADA.LOVELACE@EXAMPLE.ORG is unknown", "<address> is unknown"),
    "without its tag": ("<ada.lovelace@example.org>: no", "<address>: no"),
    "of another domain": ("moved to ada@elsewhere.example", "moved to <address>"),
    "punycode": ("ada@xn--bcher-kva.example", "<address>"),
    "a domain without a dot": ("ada@mailhost", "<address>"),
    "no domain": ("ada@", "<address>"),
    "percent": ("p=ada.lovelace%40example.org", "<address>"),
    "quoted-printable": ("bounce-ada.lovelace=40example.org", "<address>"),
    "xtext": ("ada+2Elovelace+40example.org", "<address>"),
    "RFC 6533": (r"ada\x{40}example.org", "<address>"),
    "HTML": ("ada&#64;example.org", "<address>"),
    "quoted": ('"ada lovelace"@example.org', "<address>"),
    "the local part": ("user ada.lovelace+news unknown", "user <address> unknown"),
    "the local part without its tag": ("user=<Ada.Lovelace>, unknown", "user=<address>, unknown"),
    "the local part encoded": ("user ada.lovelace+2Bnews unknown", "user <address> unknown"),
    "the local part without its dots": ("user adalovelace unknown", "user <address> unknown"),
    "a name": ("Lovelace, Ada: mailbox disabled", "<address>, <address> mailbox disabled"),
    "a name with an accent": ("Mr Lóvelace is away", "Mr <address> is away"),
    "a longer name": ("lovelaces and adams are known", "lovelaces and adams are known"),
}


@pytest.mark.parametrize(("line", "shown"), WORDS.values(), ids=WORDS.keys())
def test_the_words_of_a_server_tell_no_mailbox(line: str, shown: str) -> None:
    assert without_mailbox([line], "ada.lovelace+news") == shown


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["no <ada.love", "lace@example.org>"], "no <address>"),
        (["no ada.lovelace", "@example.org"], "no <address>"),
        (["no ada.lovelace@exam", "ple.org"], "no <address>"),
        (["user love", "lace unknown"], "user <address> unknown"),
        (["it does not exist. Please", "see the help"], "it does not exist. Please see the help"),
        (["", "  no  ", ""], "no"),
        ([], ""),
    ],
    ids=["local part", "before the @", "domain", "a name", "nothing to hide", "empty lines", "no line"],
)
def test_a_mailbox_that_goes_on_in_the_next_line_is_masked(lines: list[str], shown: str) -> None:
    assert without_mailbox(lines, "ada.lovelace") == shown


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


USER, PASSWORD = "postbox@example.org", "correct horse"
LOGIN_WORDS = {
    "the password": ("bad Correct Horse!", "bad <secret>!"),
    "over two lines": ("bad correct\nhorse", "bad <secret>"),
    "broken within": ("bad corr\nect horse", "bad <secret>"),
    "in hexadecimal": (f"bad {PASSWORD.encode().hex()}", "bad <secret>"),
    "in base64": (f"bad {encoded(PASSWORD)}", "bad <secret>"),
    "without its padding": (f"bad {encoded(PASSWORD).rstrip('=')}", "bad <secret>"),
    "for URLs": ("bad {}".format(encoded("\0correct horse??").replace("/", "_")), "bad <secret>"),
    "of PLAIN": (f"bad <{encoded(f'{chr(0)}{USER}{chr(0)}{PASSWORD}')}>", "bad <<secret>>"),
    "a part of it": (f"bad {encoded(f'{chr(0)}{USER}')[4:19]}", "bad <secret>"),
    "of a token": (f"bad {encoded(f'user={USER}{chr(1)}auth=Bearer x')}", "bad <secret>"),
    "in a URL": ("see https://x.example/?u=postbox%40example.org", "see <secret>"),
    "harmless": (
        "5.7.9 Application-specific password: https://support.example/mail/?p=InvalidSecondFactor a640-ab.12",
        "5.7.9 Application-specific password: https://support.example/mail/?p=InvalidSecondFactor a640-ab.12",
    ),
}


@pytest.mark.parametrize(("words", "shown"), LOGIN_WORDS.values(), ids=LOGIN_WORDS.keys())
def test_the_words_of_a_server_show_no_user_and_no_password(words: str, shown: str) -> None:
    assert without_secrets(words, (USER, PASSWORD)) == shown


@pytest.mark.parametrize("secrets", [(), ("",), ("x",)], ids=["none", "empty", "a letter"])
def test_without_a_secret_the_words_stay(secrets: tuple[str, ...]) -> None:
    assert without_secrets("bad password", secrets) == "bad password"
