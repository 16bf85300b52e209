"""The mistakes that a tired person makes, and the exact messages for them."""

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError

_SUBSCRIBER = "subscribers: [{email: you@example.org, keywords: [Reasoning]}]\n"
_EMAIL = "subscribers:\n  - email: you@example.org\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "- email: you@example.org",
            ['1:1: keys and values are needed; begin with the line "subscribers:"'],
        ),
        ("Reasoning", ['1:1: keys and values are needed; begin with the line "subscribers:"']),
        ("subscriber: []", ['1:1: subscriber: unknown key; did you mean "subscribers"?']),
        (
            "welcome: 5",
            [
                (
                    "1:1: subscribers: missing; add a line such as "
                    "subscribers: [{email: you@example.org, keywords: [Reasoning]}]"
                )
            ],
        ),
        (
            "subscribers: []",
            [
                (
                    "1:14: subscribers: an empty list; write one such as "
                    "[{email: you@example.org, keywords: [Reasoning]}], or keywords below archive"
                )
            ],
        ),
        ("subscribers:\n", ["1:13: subscribers: empty; write a value or delete this line"]),
        (
            "subscribers:\n  email: you@example.org",
            [
                (
                    "2:3: subscribers: not a list; write one such as "
                    "[{email: you@example.org, keywords: [Reasoning]}]"
                )
            ],
        ),
        (
            "subscribers: [you@example.org]",
            ["1:15: subscribers[0]: keys and values are needed; write lines such as email: you@example.org"],
        ),
        ("subscribers:\n  -\n", ["2:4: subscribers[0]: empty; write a value or delete this line"]),
        (
            "subscribers: [{}]",
            [
                "1:15: subscribers[0].email: missing; add a line such as email: you@example.org",
                (
                    "1:15: subscribers[0].keywords: missing; "
                    "add a line such as keywords: [Reward Model, Reasoning]"
                ),
            ],
        ),
        (
            "subscribers:\n  - mail: you@example.org\n    keyword: Reasoning",
            [
                '2:5: subscribers[0].mail: unknown key; did you mean "email"?',
                '3:5: subscribers[0].keyword: unknown key; did you mean "keywords"?',
            ],
        ),
        (
            _EMAIL + "    keywords:\n",
            ["3:14: subscribers[0].keywords: empty; write a value or delete this line"],
        ),
        (
            _EMAIL + "    keywords: []",
            ["3:15: subscribers[0].keywords: an empty list; write one such as [Reward Model, Reasoning]"],
        ),
        (
            _EMAIL + "    keywords: Reward Model, Reasoning",
            [
                (
                    "3:15: subscribers[0].keywords: one text with a comma in it; "
                    "for a list write [Reward Model, Reasoning]"
                )
            ],
        ),
        (
            _EMAIL + "    keywords: {Reasoning: 1}",
            ["3:15: subscribers[0].keywords: not a list; write one such as [Reward Model, Reasoning]"],
        ),
        (
            _EMAIL + "    keywords: [42, yes, 0.5]",
            [
                '3:16: subscribers[0].keywords[0]: 42 is a number, not a text; put it in quotes: "42"',
                (
                    "3:20: subscribers[0].keywords[1]: yes means true or false, not a text; "
                    'put it in quotes: "yes"'
                ),
                '3:25: subscribers[0].keywords[2]: 0.5 is a number, not a text; put it in quotes: "0.5"',
            ],
        ),
        (
            _EMAIL + "    keywords:\n      - Reward Model: A Survey\n      - [Reasoning]",
            [
                (
                    "4:9: subscribers[0].keywords[0]: keys and values (because of a colon or braces), "
                    "not a text; put it in quotes if it is one"
                ),
                "5:9: subscribers[0].keywords[1]: a list, not a text; write a text",
            ],
        ),
        (
            _EMAIL + "    keywords: [Reasoning, reasoning, REASONING]",
            [
                (
                    '3:27: subscribers[0].keywords[1]: "reasoning" is the same keyword as "Reasoning"; '
                    "delete one of the two"
                ),
                (
                    '3:38: subscribers[0].keywords[2]: "REASONING" is the same keyword as "Reasoning"; '
                    "delete one of the two"
                ),
            ],
        ),
        (
            _EMAIL + "    keywords: ['', '!?', 'say \"hi']",
            [
                "3:16: subscribers[0].keywords[0]: empty; write a text or delete this",
                '3:20: subscribers[0].keywords[1]: "!?" has no letter or digit to search for; write a word',
                (
                    "3:26: subscribers[0].keywords[2]: 'say \"hi': a quote cannot be searched for; "
                    "delete it, or write a search under `query` in a definition"
                ),
            ],
        ),
        (
            _EMAIL + f"    keywords: {'x' * 201}",
            ["3:15: subscribers[0].keywords: 201 characters long; shorten it to 200"],
        ),
        (
            _EMAIL + '    keywords: "a\\nb"',
            [
                (
                    '3:15: subscribers[0].keywords: "a\\nb" has the invisible character U+000A; '
                    "type it again, on one line"
                )
            ],
        ),
        (
            _EMAIL + "    keywords: Reasoning\n    at: 7\n    timezone: 2\n    days: 3\n    name: 4",
            [
                "4:9: subscribers[0].at: 7 is a number, not a text; write one such as 07:00",
                "5:15: subscribers[0].timezone: 2 is a number, not a text; write one such as Europe/Berlin",
                "6:11: subscribers[0].days: not a list; write one such as weekdays",
                '7:11: subscribers[0].name: 4 is a number, not a text; put it in quotes: "4"',
            ],
        ),
        (
            _EMAIL + "    keywords: Reasoning\n    at: 7am\n    timezone: berlin\n    days: [mon, fridai]",
            [
                '4:9: subscribers[0].at: "7am" is not a time of day; write hours and minutes, 00:00 to 23:59',
                '5:15: subscribers[0].timezone: unknown time zone "berlin"; did you mean "Europe/Berlin"?',
                '6:17: subscribers[0].days[1]: unknown day "fridai"; did you mean "friday"?',
            ],
        ),
        (
            _EMAIL + "    keywords: a\n  - email: you@Example.ORG\n    keywords: b",
            [
                (
                    "4:12: subscribers[1].email: the same mailbox as subscribers[0].email on line 2; "
                    "merge the two subscribers"
                )
            ],
        ),
        (
            "subscribers: [{email: 5, keywords: a}]",
            ["1:23: subscribers[0].email: 5 is a number, not a text; write one such as you@example.org"],
        ),
        (_SUBSCRIBER + "at: 7:00", ["2:1: at: unknown key; it belongs under subscribers or schedule"]),
        (_SUBSCRIBER + "papers: 5", ["2:1: papers: unknown key; it belongs under archive"]),
        (
            _SUBSCRIBER + "zebra: 5",
            [
                (
                    "2:1: zebra: unknown key; the keys known here are archive, arxiv, audit, github, "
                    "keywords, mail, match, monitoring, outbox, schedule, state, subscribers, templates, "
                    "welcome"
                )
            ],
        ),
        (
            _SUBSCRIBER + "schedule: 07:00",
            ["2:11: schedule: keys and values are needed; write lines such as at: 07:00"],
        ),
        (
            _SUBSCRIBER + "schedule: {time: 07:00, days: []}",
            [
                '2:12: schedule.time: unknown key; did you mean "timezone"?',
                "2:31: schedule.days: an empty list; write one such as weekdays",
            ],
        ),
        (
            _SUBSCRIBER + "keywords: [Reasoning]",
            [
                (
                    "2:11: keywords: keys and values are needed; write lines such as "
                    "Name: {any: [one phrase, another]}"
                )
            ],
        ),
        (
            _SUBSCRIBER + "keywords: {X: [a]}",
            ["2:15: keywords.X: keys and values are needed; write lines such as any: [one phrase, another]"],
        ),
        (
            _SUBSCRIBER + "keywords: {X: {exclude: a}, Y: {any: []}}",
            [
                "2:15: keywords.X: nothing to look for; give it any, all, authors, categories or query",
                "2:32: keywords.Y: nothing to look for; give it any, all, authors, categories or query",
            ],
        ),
        (
            _SUBSCRIBER
            + "keywords: {X: {query: 'ti:x', any: b, match: title}, Y: {query: 'ti:x OR ti:(b)'}}",
            [
                "2:15: keywords.X: a query stands alone; say it in the query, and delete any and match",
                (
                    "2:65: keywords.Y.query: column 12: a field belongs to one word or one phrase in quotes, "
                    "not to parentheses"
                ),
            ],
        ),
        (
            _SUBSCRIBER + "keywords: {X: {any: a}, x: {any: b}}",
            ["2:25: keywords.x: differs only in case or spaces from keywords.X on line 2; rename one"],
        ),
        (
            _SUBSCRIBER + "keywords: {'': {any: a}, \"a\\tb\": {any: a}}",
            [
                "2:12: keywords.: empty; write a text or delete this",
                (
                    '2:26: keywords.a\\tb: "a\\tb" has the invisible character U+0009; '
                    "type it again, on one line"
                ),
            ],
        ),
        (
            _SUBSCRIBER + "keywords: {X: {categories: [cs.lg, cs.XX], match: headline}}",
            [
                '2:29: keywords.X.categories[0]: unknown category "cs.lg"; did you mean "cs.LG"?',
                '2:36: keywords.X.categories[1]: unknown category "cs.XX"; did you mean "cs.SY"?',
                (
                    '2:51: keywords.X.match: unknown word "headline"; use title-or-abstract '
                    "or title-and-abstract or title or abstract"
                ),
            ],
        ),
        (
            _SUBSCRIBER + "keywords: {X: {any: ['!', a], all: 3, author: b}}",
            [
                '2:22: keywords.X.any[0]: "!" has no letter or digit to search for; write a word',
                '2:36: keywords.X.all: 3 is a number, not a text; put it in quotes: "3"',
                '2:39: keywords.X.author: unknown key; did you mean "authors"?',
            ],
        ),
        (
            _SUBSCRIBER + "mail: {from: digest, reply_to: 1, when_empty: no}",
            [
                '2:14: mail.from: "digest" is not an e-mail address; write one such as you@example.org',
                "2:32: mail.reply_to: 1 is a number, not a text; write one such as you@example.org",
                "2:47: mail.when_empty: no means true or false, not a text; write one such as skip",
            ],
        ),
        (
            _SUBSCRIBER + "mail: {smtp: x, password: y}",
            [
                (
                    "2:8: mail.smtp: unknown key; the keys known here are connections, dkim, from, "
                    "inbox, inbox_password_file, keep_days, links, mails_per_connection, name_server, "
                    "order, reply_to, return_path, smtp_token_command, smtp_token_file, smtp_url_file, "
                    "suppressed_percent, unsubscribe_url, when_empty, when_unconfirmed"
                ),
                (
                    "2:17: mail.password: unknown key; the keys known here are connections, dkim, from, "
                    "inbox, inbox_password_file, keep_days, links, mails_per_connection, name_server, "
                    "order, reply_to, return_path, smtp_token_command, smtp_token_file, smtp_url_file, "
                    "suppressed_percent, unsubscribe_url, when_empty, when_unconfirmed"
                ),
            ],
        ),
        (
            _SUBSCRIBER + "mail: {smtp_token_command: get me}",
            ["2:28: mail.smtp_token_command: a list is needed, one item for each word; write [get, me]"],
        ),
        (
            _SUBSCRIBER + "mail: {keep_days: 0}",
            ["2:19: mail.keep_days: 0 is too small; write 1 or more"],
        ),
        (
            _SUBSCRIBER + "archive: {papers: 0}",
            ["2:19: archive.papers: 0 is too small; write 1 or more"],
        ),
        (
            _SUBSCRIBER + "archive: {papers: many, keywords: [a, A]}",
            [
                "2:19: archive.papers: a number is needed; write one such as 100, without quotes",
                '2:39: archive.keywords[1]: "A" is the same keyword as "a"; delete one of the two',
            ],
        ),
        (
            _SUBSCRIBER + "archive: page.md",
            ["2:10: archive: keys and values are needed; write lines such as file: README.md"],
        ),
        (
            _SUBSCRIBER + "mail: me",
            [
                (
                    "2:7: mail: keys and values are needed; "
                    "write lines such as from: Daily Papers <digest@example.org>"
                )
            ],
        ),
        (
            _SUBSCRIBER + "arxiv: 3\nmonitoring: 3",
            [
                "2:8: arxiv: keys and values are needed; write lines such as interval: 3",
                (
                    "3:13: monitoring: keys and values are needed; "
                    "write lines such as ping_url: https://hc-ping.com/your-own-uuid"
                ),
            ],
        ),
        (_SUBSCRIBER + "welcome: 101", ["2:10: welcome: 101 is too large; write 100 or less"]),
        (_SUBSCRIBER + "welcome: -1", ["2:10: welcome: -1 is too small; write 0 or more"]),
        (
            _SUBSCRIBER + "welcome: 1.5",
            ["2:10: welcome: a number is needed; write one such as 10, without quotes"],
        ),
        (_SUBSCRIBER + "state: 5", ['2:8: state: 5 is a number, not a text; put it in quotes: "5"']),
        (
            _SUBSCRIBER + "templates: mine",
            [
                (
                    '2:12: templates: "mine": there is no such folder; make it, with copies of the templates '
                    "to change"
                )
            ],
        ),
        (
            _SUBSCRIBER + f"templates: {'x' * 300}",
            [
                (
                    f'2:12: templates: "{"x" * 59}…": there is no such folder; make it, with copies of the '
                    "templates to change"
                )
            ],
        ),
        (
            _SUBSCRIBER + "outbox: ~/mails",
            ['2:9: outbox: "~/mails": "~" has no meaning here; write the whole path'],
        ),
        (
            _SUBSCRIBER + "arxiv: {api: arxiv.org, interval: fast}",
            [
                (
                    "2:14: arxiv.api: not a web address without user, query and fragment; "
                    "write one such as https://example.org/path"
                ),
                "2:35: arxiv.interval: a number is needed; write one such as 3, without quotes",
            ],
        ),
        (_SUBSCRIBER + "arxiv: {interval: -1}", ["2:19: arxiv.interval: -1 is too small; write 0 or more"]),
        (
            _SUBSCRIBER + "welcome: 5\nwelcome: 6",
            ["3:1: welcome: this key is already on line 2; delete one of the two"],
        ),
    ],
    ids=lambda value: (
        ascii(value.removeprefix(_SUBSCRIBER).removeprefix(_EMAIL))[1:40] if isinstance(value, str) else ""
    ),
)
def test_a_mistake_is_reported_with_its_position_and_its_remedy(
    text: str, faults: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "subscribers.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert str(caught.value).splitlines() == [f"{file}:{fault}" for fault in faults]
