"""Titles that try to be more than words: each is put in every place for foreign text in a mail, and the
mail must be what was intended, from its headers to what a real mail server receives."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from digest.domain.digests import Digest, Entry, Section, Unanswered
from digest.domain.mails import Mail
from digest.domain.settings import MailSettings, SmtpServer
from digest.domain.tokens import Signer
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.mail.content.view import digest_view
from digest.mail.list_headers import list_headers
from digest.mail.mime import header_text
from digest.mail.smtp.transport import SmtpTransport
from digest.system.places import templates_folder
from tests.support.builders import NOON, keyword, paper, subscriber
from tests.support.mailbox import Mailbox, Received, serving
from tests.unit.mail.content.test_render import Skeleton
from tests.unit.mail.test_mime import bodies, mailboxes, read

LINE_ENDS = {
    "CR": "\r",
    "LF": "\n",
    "CRLF": "\r\n",
    "CR CR LF": "\r\r\n",
    "LF CR": "\n\r",
    "folding": "\r\n\t",
    "NEL": "\x85",
    "line separator": "\u2028",
}
BEHIND_THEM = {
    "a header": "x{end}Bcc: evil@example.org",
    "a body": "x{end}{end}<p>A body of its own</p>",
    "an end of data": "x{end}.{end}MAIL FROM:<evil@example.org>",
    "an mbox line": "x{end}From evil@example.org Mon Jun 22 12:00:00 2026",
}
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
UNSEEN = (
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\xad\u200b\u2060\u2063\ufeff\ufffb\ufffe\uffff\U000e0001\U000e0041\U000e007f"
)
ENCODED_WORDS = {
    "header in q": "=?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?=",
    "header in capitals": "=?UTF-8?Q?y=0D=0ABcc:evil@example.org?=",
    "header in b": "=?utf-8?b?eQ0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
    "end of headers in q": "=?utf-8?q?y=0d=0a=0d=0aA_body?=",
    "end of headers in b": "=?utf-8?b?eQ0KDQpBIGJvZHk=?=",
    "line feed alone": "=?us-ascii?q?y=0aBcc:_evil@example.org?=",
    "carriage return alone": "=?us-ascii?q?y=0dBcc:_evil@example.org?=",
    "line separator": "=?utf-8?q?y=e2=80=a8Bcc:_evil@example.org?=",
    "NUL": "=?utf-8?q?=00?=",
    "direction": "=?utf-8?q?=e2=80=aegpj.exe?=",
    "with a language": "=?utf-8*en?q?y=0d=0aBcc:_evil@example.org?=",
    "unknown charset": "=?x-evil?q?y=0d=0aBcc:_evil@example.org?=",
    "unknown encoding": "=?utf-8?z?y=0d=0a?=",
    "wide characters": "=?utf-16?b?DQoK?=",
    "shifted": "=?iso-2022-jp?b?GyRCJSIbKEI=?=",
    "nested": "=?utf-8?q?=3D=3Futf-8=3Fq=3Fy=3D0d=3D0a=3F=3D?=",
    "nested, plain": "=?utf-8?q?=?utf-8?q?y=0d=0a?=?=",
    "two together": "=?utf-8?q?Bc?= =?utf-8?q?c:?=",
    "two without a space": "=?utf-8?q?Bc?==?utf-8?q?c:?=",
    "not ended": "=?utf-8?q?y=0d=0aBcc:",
    "empty": "=?utf-8?q??=",
    "nothing but marks": "=??=",
    "many marks": "=?" * 25,
    "broken base64": "=?utf-8?b?====?=",
    "broken escapes": "=?utf-8?q?=0=zz=?=",
    "split by a control": "=\x00?utf-8?q?y=0d=0aBcc:?=",
    "split by a surrogate": "=\ud800?utf-8?q?y=0d=0aBcc:?=",
    "split by a tag": "=\U000e0041?utf-8?q?y=0d=0aBcc:?=",
    "beside other letters": "数=?utf-8?q?y=0d=0aBcc:?=数",
    "in a parameter": "*0*=utf-8''y%0d%0aBcc%3A",
}
LONG = {
    "letters": "x" * 5000,
    "emoji": "\U0001f600" * 2000,
    "ideographs": "数" * 5000,
    "accents": "e" + "\u0301" * 5000,
    "spaces": f"x{' ' * 5000}x",
    "dots": "." * 5000,
    "equals signs": "=" * 5000,
    "quotes": '"' * 5000,
    "brackets": "<" * 5000,
    "controls": f"x{chr(0) * 5000}x",
    "one letter less than a line": "x" * 997,
    "a line": "x" * 998,
    "one letter more than a line": "x" * 999,
    "a web address": f"https://example.org/{'x' * 2000}",
    "base64": "TWFpbCBtZXJnZSBpcyBub3QgYSBwcm9ncmFt" * 60,
    "words": "word " * 1000,
}
LETTERS = {
    "first half of a pair": "half \ud800 a pair",
    "second half of a pair": "half \udfff a pair",
    "pair the wrong way round": "half \ude00\ud83d a pair",
    "pair in two halves": "half \ud83d\ude00 a pair",
    "surrogates of undecoded bytes": "caf\udcc3\udca9",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 in one",
    "flag of tags": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f x",
    "skin and style": "\U0001f44d\U0001f3fd \u2764\ufe0f",
    "accent first": "\u0301 is alone",
    "slash that composes": "a \u0338= b <\u0338 c",
    "becomes a semicolon": "a\u037e b",
    "becomes a grave accent": "\u1fef\u1fef\u1fef",
    "wide signs": "\uff1d\uff1futf-8\uff1fq\uff1f \uff1cscript\uff1e",
    "Zalgo": "".join(letter + "\u0315\u031b\u0340\u0489" * 4 for letter in "Zalgo"),
    "Hebrew": "שלום עולם",
    "Arabic": "السلام عليكم",
    "Persian joiner": "می\u200cخواهم",
    "mixed directions": "abc שלום 123 (def) عليكم",
    "Thai": "สวัสดีชาวโลก",
    "Devanagari": "क्षत्रिय नमस्ते",
    "Hangul parts": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "mathematical letters": "\U0001d4d0\U0001d4d1\U0001d4d2",
    "private use": "\ue000\U000f0000\U0010fffd x",
    "replacement": "a \ufffd b",
    "no-break spaces": "\u00a0a\u202fb\u3000c\u2003d",
    "byte order marks within": "a\ufeffb\ufeffc",
    "every dash": "a-b\u2010c\u2011d\u2012e\u2013f\u2014g\u2212h",
    "dotless and long": "\u0130\u0131\u017f\ufb01",
}
SYNTAX = {
    "address": "evil@example.org",
    "address in brackets": "<evil@example.org>",
    "name and address": '"Evil" <evil@example.org>',
    "quote that ends": 'x" <evil@example.org>, "y',
    "many addresses": "a@example.org, b@example.org; c@example.org",
    "group": "Undisclosed: a@example.org, b@example.org;",
    "route": "<@a.example,@b.example:evil@example.org>",
    "comment": "(a (nested) comment",
    "backslash at the end": "x\\",
    "backslash and quote": 'x\\" y',
    "encoded quote": "x%22%3C y",
    "header": "Bcc: evil@example.org",
    "own subject": "Subject: x",
    "colon first": ": x",
    "mailto": "mailto:evil@example.org?bcc=evil2@example.org&body=x",
    "unsubscribe": "unsubscribe aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "dot": ".",
    "two dots": "..",
    "dot and a word": ".x",
    "dots between line ends": "\r\n.\r\n..\r\n.",
    "end of data": "x\r\n.\r\nRSET\r\n",
    "command": "QUIT",
    "mbox": "From evil@example.org",
    "mbox, quoted": ">From evil@example.org",
    "boundary": "--===============1234567890123456789==",
    "last boundary": "--===============1234567890123456789==--",
    "boundary between line ends": "\r\n--===============1234567890123456789==\r\nContent-Type: text/html",
    "signature": "-- ",
    "soft line end": "x=\r\ny=",
    "escape": "x=0D=0ABcc=3A y =3D",
    "uuencoded": "begin 644 evil.exe",
    "armour": "-----BEGIN PGP MESSAGE-----",
    "yenc": "=ybegin line=128 size=1 name=x",
    "zero": "0",
    "null": "None",
}
MARKUP = {
    "script": "<script>alert(1)</script>",
    "script that ends the page": "</title></head></body></html><script>alert(1)</script>",
    "end of a link": "</a></h3></td></tr></table><table><tr><td>",
    "image": '<img src="https://evil.example/x.png" onerror="alert(1)">',
    "link": '<a href="https://evil.example/">arXiv</a>',
    "attribute": 'x" onmouseover="alert(1)" style="display:none',
    "attribute in single quotes": "x' onmouseover='alert(1)",
    "style": "<style>* { display: none }</style>",
    "style that ends": "</style><b>x",
    "remote style": "@import url(https://evil.example/x.css);",
    "comment": "<!-- x",
    "end of a comment": "--> x <!--",
    "condition": "<!--[if mso]><p>x</p><![endif]-->",
    "CDATA": "<![CDATA[ x ]]>",
    "instruction": "<?xml version='1.0'?><?php echo 1 ?>",
    "document type": '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]> &y;',
    "entities": "&lt;b&gt; &amp;lt; &#60; &#x3c; &nbsp;",
    "broken entities": "&#0; &#x110000; &#xd800; &nosuch; & &;",
    "SVG": "<svg onload=alert(1)>",
    "base": '<base href="https://evil.example/">',
    "form": "<form action=https://evil.example/><input name=x>",
    "plain text": "<plaintext>",
    "details": "</p></details><details open>",
    "javascript address": "javascript:alert(1)",
    "data address": "data:text/html;base64,PHNjcmlwdD4=",
    "NUL in a tag": "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "tag cut short": "<b",
    "bracket": "a < b > c",
}
TEMPLATES = {
    "expression": "{{ 7 * 7 }}",
    "statement": "{% for x in range(9) %}x{% endfor %}",
    "comment": "{# x #}",
    "raw": "{% raw %}{{ x }}{% endraw %}",
    "escape": "{{ ''.__class__.__mro__ }}",
    "percent": "%s %d %(name)s %%",
    "braces": "{0} {name} {0.__class__} {{}}",
    "dollar": "${name} $name $(id) `id`",
    "mail merge": "*|FNAME|* [[name]] <<name>> %recipient%",
    "hash": "#{x} <%= x %>",
    "backslashes": r"\1 \g<0> \x00 \u0000 \N{DIGIT ONE} \n",
    "log4j": "${jndi:ldap://evil.example/x}",
    "SQL": "x'); DROP TABLE mails; --",
    "TeX": r"$\mathcal{L}_2$ \textbf{x} 50\% {\'e} $$ \unbalanced{",
    "path": "../../etc/passwd",
}


def _families() -> Mapping[str, str]:
    families: dict[str, Mapping[str, str]] = {
        f"{name}, then": {what: text.format(end=end) for what, text in BEHIND_THEM.items()}
        for name, end in LINE_ENDS.items()
    }
    families["control"] = {f"U+{ord(each):04X}": f"a ti{each}tle" for each in CONTROLS}
    families["unseen"] = {f"U+{ord(each):04X}": f"gpj{each}.exe" for each in UNSEEN}
    families["encoded word"] = {what: f"x {text}" for what, text in ENCODED_WORDS.items()}
    families |= {"long": LONG, "letters": LETTERS, "syntax": SYNTAX, "markup": MARKUP}
    families["template"] = TEMPLATES
    return {f"{family}: {what}": text for family, texts in families.items() for what, text in texts.items()}


HOSTILE = _families()
SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to=None, when_empty="skip")
SIGNER = Signer(bytes(32))
RITA = "rita@example.org"
TOKEN = SIGNER.unsubscribe_token(RITA)
UNSUBSCRIBE = f"<mailto:papers@example.org?subject=unsubscribe%20{TOKEN}>"
RENDERER = MailRenderer(SETTINGS, templates_folder())
MAILER = DigestMailBuilder(RENDERER, SETTINGS, SIGNER)


def digest_of(text: str) -> Digest:
    """The text is everywhere: shortened, as if the configuration had accepted it, for names."""
    name = text[:50]
    asked = keyword(name, any=("absent phrase",))
    found = paper(title=text, abstract=text, authors=(text, "Ada Example"), comment=text)
    section = Section(asked, (Entry(found, also=(name,), welcome=False),))
    return Digest(subscriber(RITA, asked, name=name), NOON.date(), (section,), (Unanswered(asked, None),))


ORDINARY = Skeleton(RENDERER.render(digest_of("ordinary words"), TOKEN).html)


@dataclass(frozen=True, slots=True)
class Post:
    """A mail as it was made, and as the server received it."""

    mail: Mail
    received: Received


@pytest.fixture(scope="module")
def posts() -> Mapping[str, Post]:
    mails = {name: MAILER.build(digest_of(text), NOON)[0] for name, text in HOSTILE.items()}
    mailbox = Mailbox()
    with serving(mailbox) as port:
        transport = SmtpTransport(SmtpServer("localhost", port, "plain"), "digest.example.net")
        for mail in mails.values():
            transport.deliver(mail, lambda: None)
        transport.close()
    received = zip(mails.items(), mailbox.received, strict=True)
    return {name: Post(mail, content) for (name, mail), content in received}


each_hostile_title = pytest.mark.parametrize("name", HOSTILE)


def test_the_titles_are_many_and_all_different() -> None:
    assert len(set(HOSTILE.values())) == len(HOSTILE) >= 200


@each_hostile_title
def test_a_hostile_title_changes_no_header(name: str, posts: Mapping[str, Post]) -> None:
    mail, shown = posts[name].mail, header_text(HOSTILE[name][:50])
    message = read(mail.content)
    assert mailboxes(mail.content, "To") == [(shown, RITA)]
    assert [(header, value) for header, value in message.items() if header != "To"][:-1] == [
        ("From", "Daily Papers <papers@example.org>"),
        ("Subject", f"1 new paper: {shown} · 22 Jun"),
        ("Date", "Mon, 22 Jun 2026 12:00:00 +0000"),
        ("Message-ID", mail.message_id),
        *list_headers(SETTINGS, TOKEN).items(),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("MIME-Version", "1.0"),
    ]
    assert (message.keys()[1], message.keys()[-1]) == ("To", "Content-Type")
    assert f"\r\nList-Unsubscribe: {UNSUBSCRIBE}\r\n".encode() in mail.content


def without_spaces(text: str) -> str:
    """Chinese and Japanese break between letters."""
    return "".join(text.split())


@each_hostile_title
def test_a_hostile_title_is_shown_as_words_in_both_parts(name: str, posts: Mapping[str, Post]) -> None:
    (text_type, text), (page_type, html) = bodies(read(posts[name].mail.content))
    page = Skeleton(html)
    (section,) = digest_view(digest_of(HOSTILE[name]), SETTINGS, TOKEN).sections
    (shown,) = section.papers
    words = (section.name, shown.title, *shown.facts, shown.comment, shown.abstract)

    assert (text_type, page_type) == ("text/plain", "text/html")
    assert (page.elements, page.targets) == (ORDINARY.elements, ORDINARY.targets)
    assert [each for each in words if each not in page.text] == []
    assert [each for each in words if without_spaces(each) not in without_spaces(text)] == []
    assert set(text + html) & {*CONTROLS, *UNSEEN} == {"\n"}
    assert "Cs" not in set(map(unicodedata.category, text + html))


@each_hostile_title
def test_a_mail_with_a_hostile_title_arrives_byte_for_byte(name: str, posts: Mapping[str, Post]) -> None:
    mail, received = posts[name].mail, posts[name].received
    assert received == Received("papers@example.org", (RITA,), mail.content, encrypted=False)


def test_a_mail_to_an_address_beyond_ascii_arrives_byte_for_byte_too() -> None:
    address = "jörg+数@xn--bcher-kva.example"
    digest = digest_of(HOSTILE["encoded word: header in q"])
    [mail] = MAILER.build(replace(digest, subscriber=replace(digest.subscriber, email=address)), NOON)
    mailbox = Mailbox()
    with serving(mailbox, enable_SMTPUTF8=True) as port:
        transport = SmtpTransport(SmtpServer("localhost", port, "plain"), "digest.example.net")
        transport.deliver(mail, lambda: None)
        transport.close()
    assert mailbox.received == [Received("papers@example.org", (address,), mail.content, encrypted=False)]
    assert f" <{address}>\r\n".encode() in mail.content
