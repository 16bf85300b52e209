"""How to get at GitHub, as the variables of a workflow and the file say."""

import pytest

from digest.config.github_access import github_access
from digest.domain.settings import GitHubAccess, GitHubSettings
from digest.errors import ConfigError

WORKFLOW = {
    "GITHUB_TOKEN": "ghs_secret",
    "GITHUB_REPOSITORY": "you/daily-papers",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
}
PUBLIC = GitHubAccess(
    "you/daily-papers",
    "ghs_secret",
    "https://api.github.com",
    "https://api.github.com/graphql",
    "https://github.com",
)

_LINE = "GITHUB_TOKEN: ${{ github.token }}"


def faults(environment: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        github_access(environment, GitHubSettings())
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("left_out", ["GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "nothing"])
def test_a_workflow_has_all_that_is_needed(left_out: str) -> None:
    environment = {name: value for name, value in WORKFLOW.items() if name != left_out}
    assert github_access(environment, GitHubSettings()) == PUBLIC


def test_the_file_may_name_another_repository() -> None:
    access = github_access(WORKFLOW, GitHubSettings(repository="lab/papers"))
    assert access.repository == "lab/papers"
    assert access.web_url == "https://github.com/lab/papers"


def test_the_two_addresses_of_an_enterprise_server_differ() -> None:
    environment = {
        **WORKFLOW,
        "GITHUB_API_URL": "https://github.lab.example/api/v3/",
        "GITHUB_GRAPHQL_URL": "",
    }
    access = github_access(environment, GitHubSettings())
    assert access.api_url == "https://github.lab.example/api/v3"
    assert access.graphql_url == "https://github.lab.example/api/graphql"


def test_everything_that_is_missing_is_told_at_once() -> None:
    assert faults({}) == [
        "GITHUB_REPOSITORY: missing; name it in the file, below github: repository: you/daily-papers",
        f"GITHUB_TOKEN: missing; in the workflow, write below `env:` of the step: {_LINE}",
    ]


def test_a_token_goes_to_no_address_without_tls() -> None:
    assert faults({**WORKFLOW, "GITHUB_API_URL": "http://api.example.org"}) == [
        "GITHUB_API_URL: http is for this machine only; write https"
    ]


def test_no_fault_and_no_representation_shows_the_token() -> None:
    assert faults({**WORKFLOW, "GITHUB_TOKEN": "ghs secret"}) == [
        "GITHUB_TOKEN: has a space or a sign beyond ASCII; copy it again"
    ]
    assert "secret" not in repr(PUBLIC)
