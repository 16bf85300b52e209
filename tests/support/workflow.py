"""Runs the steps of a GitHub workflow as they stand in its YAML, each `run:` with bash, on this machine.

What a runner of GitHub gives a step is imitated: its environment, GITHUB_PATH, the outcomes of earlier steps.
An action is replaced by an equivalent. What the workflow does not use is not understood, and ends the test.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_SUCCEEDED = re.compile(r"always\(\) && steps\.(\w+)\.outcome == 'success'")


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was run, or left out (outcome `skipped`)."""

    name: str
    outcome: str
    output: str = ""
    may_fail: bool = False
    """It may `continue-on-error`."""

    @property
    def is_red(self) -> bool:
        return self.outcome == "failure" and not self.may_fail


@dataclass
class Runner:
    """A machine of GitHub's: each job gets an empty folder, and nothing stays but what is pushed."""

    remote: Path
    folder: Path
    """For the jobs."""
    temp: Path
    """RUNNER_TEMP. Unlike GitHub's it stays: installing the program takes half a minute, and is done once."""
    github: Mapping[str, str]
    """The variables that each step has, such as the address of GitHub's API."""
    token: str
    """github.token: no step has it unless the workflow gives it."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    """For all steps: what a test needs, such as the address of a small arXiv."""
    before: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)
    """What happens in the checkout before the step with this command."""

    def run(self, workflow: str = ".github/workflows/digest.yml") -> list[Step]:
        """The steps of the one job of the workflow, as it is on the branch main; as GitHub runs them."""
        checkout = self.folder / "checkout"
        shutil.rmtree(checkout, ignore_errors=True)
        self._check_out(checkout)
        jobs = yaml.safe_load((checkout / workflow).read_text())["jobs"]
        (job,) = jobs.values()
        return _Job(self, job, checkout).steps()

    def _check_out(self, folder: Path) -> None:
        """What actions/checkout does: the one last commit, with the right to push."""
        url = f"file://{self.remote}"
        git = ["git", "clone", "--quiet", "--depth=1", "--branch=main", "--single-branch", url, str(folder)]
        subprocess.run(git, check=True, capture_output=True)


@dataclass
class _Job:
    runner: Runner
    job: dict[str, Any]
    checkout: Path
    outcomes: dict[str, str] = field(default_factory=dict)
    done: list[Step] = field(default_factory=list)

    def steps(self) -> list[Step]:
        for step in self.job["steps"]:
            self.done.append(self._step(step))
            if "id" in step:
                self.outcomes[step["id"]] = self.done[-1].outcome
        return self.done

    def _step(self, step: dict[str, Any]) -> Step:
        name = str(step.get("name", step.get("uses")))
        if "uses" in step:
            assert step["uses"].startswith("actions/checkout@"), f"no equivalent of {step['uses']}"
            return Step(name, "success")
        command = step["run"]
        if not self._is_due(step.get("if")):
            return Step(name, "skipped")
        if "-m venv" in command and (self.runner.temp / "digest").exists():
            return Step(name, "success")
        if meanwhile := self.runner.before.get(command):
            meanwhile(self.checkout)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self.checkout,
            env=self._environment(step),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        outcome = "failure" if done.returncode else "success"
        return Step(name, outcome, done.stdout, step.get("continue-on-error", False))

    def _is_due(self, condition: str | None) -> bool:
        if condition is None:
            return not any(step.is_red for step in self.done)
        named = _SUCCEEDED.fullmatch(condition)
        assert named, f"not understood: {condition}"
        return self.outcomes[named[1]] == "success"

    def _environment(self, step: dict[str, Any]) -> dict[str, str]:
        temp = self.runner.temp
        paths = temp / "github-path"
        paths.touch()
        own = {**self.job.get("env", {}), **step.get("env", {})}
        return {
            "PATH": ":".join([*reversed(paths.read_text().split()), os.environ["PATH"]]),
            "HOME": str(temp),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_PATH": str(paths),
            "RUNNER_TEMP": str(temp),
            **self.runner.github,
            **{name: self._filled(str(value)) for name, value in own.items()},
            **self.runner.environment,
        }

    def _filled(self, text: str) -> str:
        """The value of an expression: empty for a secret or an input that is not set."""

        def value(found: re.Match[str]) -> str:
            kind, _, name = found[1].partition(".")
            given = {"secrets": self.runner.secrets, "inputs": self.runner.inputs}
            return {**given, "github": {"token": self.runner.token}}[kind].get(name, "")

        return _EXPRESSION.sub(value, text)
