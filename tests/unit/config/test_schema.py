import json
import subprocess
import sys
from pathlib import Path

from digest.config.json_schema import json_schema
from digest.config.load import load_config
from digest.config.schema import (
    FileSection,
    KeywordSection,
    keys_of,
    read_keyword,
    read_sections,
)
from digest.config.yaml_document import parse
from tests.support.dkim_keys import write_key

_TOP = Path(__file__).parents[3]
_REGENERATE = "python -m digest.config.json_schema > docs/subscribers.schema.json"


def test_the_schema_for_editors_is_current() -> None:
    stored = (_TOP / "docs/subscribers.schema.json").read_text(encoding="utf-8")
    assert stored == json_schema(), f"regenerate it: {_REGENERATE}"


def test_the_command_prints_the_schema() -> None:
    command = [sys.executable, "-m", "digest.config.json_schema"]
    written = subprocess.run(command, cwd=_TOP, capture_output=True, check=True, encoding="utf-8")
    assert written.stdout == json_schema()


def test_every_key_is_explained_to_editors() -> None:
    schema = json.loads(json_schema())
    sections = [schema, *schema["$defs"].values()]
    fields = [(name, field) for section in sections for name, field in section["properties"].items()]
    assert [name for name, field in fields if not field.keys() & {"description", "$ref"}] == []


def test_only_the_archives_file_may_be_null() -> None:
    text = json_schema()
    assert text.count('"null"') == 1
    assert json.loads(text)["$defs"]["ArchiveSection"]["properties"]["file"]["type"] == ["string", "null"]


def test_keys_have_their_names_in_the_file() -> None:
    assert keys_of(FileSection) == {
        "subscribers": "[{email: you@example.org, keywords: [Reasoning]}]",
        "keywords": "",
        "match": "title-or-abstract",
        "schedule": "",
        "mail": "",
        "archive": "",
        "welcome": "10",
        "state": "",
        "outbox": "",
        "templates": "my-templates",
        "arxiv": "",
        "monitoring": "",
        "github": "",
        "audit": "monday",
    }


def test_a_valid_document_has_no_faults() -> None:
    document, _ = parse("s.yaml", "subscribers: [{email: you@example.org, keywords: Reasoning}]")
    section, faults = read_sections(document)
    assert faults == []
    assert section is not None
    assert section.subscribers[0].keywords == ("Reasoning",)


def test_a_definition_can_be_read_by_itself() -> None:
    assert read_keyword({"any": "RLHF"}) == KeywordSection(any=("RLHF",))
    assert read_keyword({"any": 3}) is None


def test_the_sample_works_as_it_is() -> None:
    config = load_config(_TOP / "subscribers.yaml", {})
    assert [
        (subscriber.email, [keyword.name for keyword in subscriber.keywords])
        for subscriber in config.subscribers
    ] == [("you@example.org", ["Reward Model", "Reasoning"])]


def test_every_line_of_the_sample_works_and_every_key_is_in_it(tmp_path: Path) -> None:
    lines = (_TOP / "subscribers.yaml").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line if line.lstrip().startswith("# ") else line.replace("#", "", 1) for line in lines)
    (tmp_path / "smtp-url").touch(mode=0o600)
    (tmp_path / "smtp-url").write_text("smtps://user:password@mail.example.org:465")
    write_key(tmp_path / "dkim.pem")
    (tmp_path / "inbox-password").touch(mode=0o600)
    (tmp_path / "inbox-password").write_text("a password")
    (tmp_path / "my-templates").mkdir()
    file = tmp_path / "subscribers.yaml"
    file.write_text(text)
    load_config(file, {})
    document, _ = parse("s.yaml", text)
    sections = json.loads(json_schema())["$defs"].values()
    known = {name for section in [json.loads(json_schema()), *sections] for name in section["properties"]}
    assert known - {str(location[-1]) for location in document.keys} == set()
