"""A finished message, taken apart for the eye."""

from email.message import EmailMessage

import pytest

from digest.preview.views import Size, first_words, in_scheme, view, without_style


def message(html: str = "<p>Häuser</p>", text: str = "Häuser\n") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Daily Papers <digest@example.org>"
    mail["To"] = "Zoë <zoe@example.org>"
    mail["Subject"] = "2 new papers · Überblick"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def test_a_message_is_taken_apart_and_decoded() -> None:
    content = message()
    found = view(content)
    assert (found.subject, found.html, found.text) == (
        "2 new papers · Überblick",
        "<p>Häuser</p>\n",
        "Häuser\n",
    )
    assert found.headers[:3] == (
        ("From", "Daily Papers <digest@example.org>"),
        ("To", "Zoë <zoe@example.org>"),
        ("Subject", "2 new papers · Überblick"),
    )
    assert (found.size, found.page_size) == (Size(len(content), 150_000), Size(15, 95_000))
    assert found.content == content


def test_a_part_that_a_message_does_not_have_is_empty() -> None:
    found = view(b"From: digest@example.org\r\n\r\nWords.\r\n")
    assert (found.subject, found.html, found.text) == ("", "", "Words.\r\n")


@pytest.mark.parametrize(
    ("bytes", "exceeded"), [(99, False), (100, False), (101, True)], ids=["below", "at it", "beyond"]
)
def test_a_limit_is_exceeded_beyond_it(bytes: int, exceeded: bool) -> None:
    assert Size(bytes, 100).exceeded is exceeded


@pytest.mark.parametrize(
    ("html", "light", "dark"),
    [
        (
            "@media (prefers-color-scheme: dark) {}",
            "@media (max-width: 0px) {}",
            "@media (min-width: 0px) {}",
        ),
        (
            "@media screen and ( PREFERS-color-scheme:DARK ) {}",
            "@media screen and (max-width: 0px) {}",
            "@media screen and (min-width: 0px) {}",
        ),
        (
            "@media (prefers-color-scheme: light) {}",
            "@media (min-width: 0px) {}",
            "@media (max-width: 0px) {}",
        ),
        (
            '<meta name="color-scheme" content="light dark">',
            '<meta name="color-scheme" content="light">',
            '<meta name="color-scheme" content="dark">',
        ),
        (
            '<meta name="supported-color-schemes" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
        ),
        (
            ":root { color-scheme: light dark }",
            ":root { color-scheme: light }",
            ":root { color-scheme: dark }",
        ),
        ("<p>light dark</p>", "<p>light dark</p>", "<p>light dark</p>"),
    ],
    ids=["dark rules", "other spelling", "light rules", "meta", "old meta", "property", "words"],
)
def test_a_colour_scheme_is_made_unconditional(html: str, light: str, dark: str) -> None:
    assert (in_scheme(html, "light"), in_scheme(html, "dark")) == (light, dark)


def test_without_style_only_the_sheets_are_gone() -> None:
    html = "<head><style>a > b {\n}</style><STYLE media='x'>i {}</STYLE ></head><p style='color: red'>x</p>"
    assert without_style(html) == "<head></head><p style='color: red'>x</p>"


def test_a_list_of_mails_shows_the_first_words_of_the_page() -> None:
    html = "<head><title>No</title></head><body><!-- no --><p>First:  A &amp; B</p><p>More</p></body>"
    assert first_words(html) == "First: A & B More"
    assert len(first_words(f"<p>{'word ' * 100}</p>")) == 140
