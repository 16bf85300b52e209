"""Templates that a person may restyle, and may break."""

import os
from pathlib import Path

import pytest

from digest.system import places, templates
from digest.system.places import templates_folder
from digest.system.templates import TemplateProblem, Templates, blanked


def filled(folder: Path, name: str, source: str | bytes, **values: object) -> str:
    (folder / name).write_bytes(source if isinstance(source, bytes) else source.encode())
    return Templates(folder).filled(name, **values)


@pytest.mark.parametrize(
    ("name", "text"),
    [("page.html", "a &lt;b&gt; &amp; c\n"), ("page.txt", "a <b> & c\n"), ("page.md", "a <b> & c\n")],
    ids=["HTML", "text", "Markdown"],
)
def test_values_are_escaped_in_html_and_nowhere_else(tmp_path: Path, name: str, text: str) -> None:
    assert filled(tmp_path, name, "{{ words }}\n", words="a <b> & c") == text


def test_a_line_with_nothing_but_a_statement_leaves_none(tmp_path: Path) -> None:
    source = "one\n{% for word in words %}\n  {% if word %}\n{{ word }}\n  {% endif %}\n{% endfor %}\nend\n"
    assert filled(tmp_path, "page.txt", source, words=["two", "", "three"]) == "one\ntwo\nthree\nend\n"


def test_templates_have_the_filters_that_they_are_given(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("{{ 'a' | doubled }}")
    assert Templates(tmp_path, doubled=lambda text: text * 2).filled("page.txt") == "aa"


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("one\n{% if %}", "page.txt:2: Expected an expression, got 'end of statement block'"),
        ("one\n\n{{ word }}", "page.txt:3: 'word' is undefined"),
        ("{{ number.size }}", "page.txt:1: 'int object' has no attribute 'size'"),
        ("{{ number + 'a' }}", "page.txt:1: unsupported operand type(s) for +: 'int' and 'str'"),
        ("one\n{{ number | wrong }}", "page.txt:2: No filter named 'wrong'."),
        ("{% include 'more.txt' %}", "page.txt:1: there is no template more.txt"),
        ("\n{% include 'faulty.txt' %}", "faulty.txt:2: 'word' is undefined"),
        ("\n{% include 'broken.txt' %}", "broken.txt:3: unexpected '}'"),
        (b"one\n\xff", "page.txt: 'utf-8' codec can't decode byte 0xff in position 4: invalid start byte"),
    ],
    ids=[
        *("syntax", "undefined", "attribute", "type", "filter"),
        *("missing include", "faulty include", "broken include", "encoding"),
    ],
)
def test_a_faulty_template_is_named_with_its_line(tmp_path: Path, source: str | bytes, fact: str) -> None:
    (tmp_path / "faulty.txt").write_text("one\n{{ word }}")
    (tmp_path / "broken.txt").write_text("one\n\n{{ } }}")
    with pytest.raises(TemplateProblem) as raised:
        filled(tmp_path, "page.txt", source, number=1)
    assert str(raised.value) == f"{tmp_path}/{fact}"


def test_a_filter_that_fails_is_named_with_the_line_that_uses_it(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("one\n{{ 'a' | shortened }}")

    def shortened(text: str) -> str:
        raise ValueError(f"{text} is short enough")

    with pytest.raises(TemplateProblem) as raised:
        Templates(tmp_path, shortened=shortened).filled("page.txt")
    assert str(raised.value) == f"{tmp_path}/page.txt:2: a is short enough"


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateProblem) as raised:
        Templates(tmp_path).filled("page.txt")
    assert str(raised.value) == f"{tmp_path}/page.txt: there is no template page.txt"


def test_the_first_folder_that_has_a_template_counts(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        folder.mkdir()
    (theirs / "page.txt").write_text("theirs, {% include 'more.txt' %}")
    for folder in (mine, theirs):
        (folder / "more.txt").write_text(f"{folder.name} {{{{ word }}}}")
    templates = Templates(mine, theirs)
    assert templates.filled("page.txt", word="too") == "theirs, mine too"
    with pytest.raises(TemplateProblem, match=r"mine/more\.txt:1: 'word' is undefined"):
        templates.filled("page.txt")


def test_the_source_of_html_templates_is_finished_before_it_is_used(tmp_path: Path) -> None:
    for name in ("page.html", "page.txt"):
        (tmp_path / name).write_text("{{ word }}")
    templates = Templates(tmp_path, finish=lambda source: f"<b>{source}</b>")
    assert templates.filled("page.html", word="&") == "<b>&amp;</b>"
    assert templates.filled("page.txt", word="&") == "&"


def test_a_mistake_is_found_before_the_source_is_finished(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("one\n{% if %}")
    with pytest.raises(TemplateProblem, match=r"page\.html:2: Expected an expression"):
        Templates(tmp_path, finish=lambda source: "").filled("page.html")


@pytest.mark.parametrize(
    ("source", "blank"),
    [
        ("<p>{{ a }}</p>", "<p>xxxxxxx</p>"),
        ("{% if a %}\n<b>{% endif %}", "          \n<b>           "),
        ("{# <b>\n #}<i>", "      \n   <i>"),
        ("a {%- if b -%} c\n", "a              c\n"),
        ("{% raw %}{{ a }}{% endraw %}", "         {{ a }}            "),
    ],
    ids=["value", "statement", "comment", "stripped", "raw"],
)
def test_a_template_is_blanked_without_moving_its_markup(source: str, blank: str) -> None:
    assert len(blanked(source)) == len(source)
    assert blanked(source) == blank


def test_the_templates_lie_in_the_project() -> None:
    files = {file.name for file in templates_folder().iterdir()}
    assert files >= {"digest.html", "digest.txt", "digest.css", "archive.md"}


def test_the_templates_inside_an_installed_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "__file__", str(tmp_path / "digest" / "system" / "places.py"))
    assert templates_folder() == tmp_path / "templates"
    (tmp_path / "digest" / "templates").mkdir(parents=True)
    assert templates_folder() == tmp_path / "digest" / "templates"


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("one\n{{ ''.__class__ }}", "page.txt:2: access to attribute '__class__' of 'str'"),
        ("{{ words.append(1) }}", "page.txt:1: access to attribute 'append' of 'list'"),
        ("{{ '{0.__class__}'.format(1) }}", "page.txt:1: access to attribute '__class__' of 'int'"),
        ("{{ range(10 ** 9) | list }}", "page.txt:1: Range too big."),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "page.txt:1: maximum recursion depth exceeded"),
        ("{{ 'a' * 10 ** 18 }}", "page.txt:1: it takes more memory than there is"),
        ("\n{% include 'outside.txt' %}", "outside.txt: it leads out of the folder of templates"),
        ("{% include '../secret' %}", "../secret: it leads out of the folder of templates"),
        ("{% include 'pipe' %}", "pipe: it is a pipe, not a file"),
        ("{% include 'loop' %}", "loop: Too many levels of symbolic links"),
        ("{% include 'large' %}", "large: it is larger than 1,000,000 bytes"),
    ],
    ids=[
        *("attribute of Python's", "change of a value", "attribute in a format"),
        *("range", "recursion", "memory", "link", "folder above", "pipe", "link to itself", "300 MB"),
    ],
)  # fmt: skip
def test_a_template_can_neither_reach_python_nor_files_elsewhere(
    tmp_path: Path, source: str, fact: str
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (tmp_path / "secret").write_text("a secret")
    (folder / "outside.txt").symlink_to("../secret")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "large").touch()
    os.truncate(folder / "large", 300_000_000)
    words: list[str] = []
    with pytest.raises(TemplateProblem) as raised:
        filled(folder, "page.txt", source, words=words)
    assert str(raised.value).startswith(f"{folder}/{fact}")
    assert words == []


def test_a_page_without_end_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "MOST_CHARACTERS", 1_000)
    source = "{% for a in range(9999) %}{% for b in range(9999) %}\nx{% endfor %}{% endfor %}"
    with pytest.raises(TemplateProblem, match=r"page\.txt.*the page has more than 1,000 characters"):
        filled(tmp_path, "page.txt", source)


def test_macros_includes_and_blocks_work_and_so_does_a_link_within_the_folder(tmp_path: Path) -> None:
    (tmp_path / "macros.txt").write_text("{% macro twice(word) %}{{ word }} {{ word }}{% endmacro %}")
    (tmp_path / "base.txt").write_text("<{% block body %}{% endblock %}>")
    (tmp_path / "more.txt").write_text("more {{ word }}")
    (tmp_path / "link.txt").symlink_to("more.txt")
    source = (
        "{% extends 'base.txt' %}{% from 'macros.txt' import twice %}"
        "{% block body %}{{ twice(word) }}, {% include 'link.txt' %}, "
        "{% for letter in word %}{{ loop.index }}{{ letter | upper }}{% endfor %}{% endblock %}"
    )
    assert filled(tmp_path, "page.txt", source, word="ab") == "<ab ab, more ab, 1A2B>"
