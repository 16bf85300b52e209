"""Programs that some tests drive and not every machine has.

Where one is missing its tests are skipped; where DIGEST_TESTS_REQUIRE names its package, they fail.
"""

import os
import shutil
import subprocess
from typing import NoReturn

import pytest

REQUIRED = "DIGEST_TESTS_REQUIRE"
"""The environment variable: names of Debian packages, with commas between them."""

_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # where mail servers lie; not on every user's path


def required_tool(package: str, program: str) -> str:
    """The path of a program of this Debian package; skips or fails the test where it is missing."""
    folders = f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM_FOLDERS}"
    found = shutil.which(program, path=folders)
    return found or unusable(package, f"has no {program}: install the package {package}")


def required_module(package: str, module: str) -> str:
    """The path of Perl where it has the module of this Debian package; skips or fails the test otherwise."""
    perl = required_tool(package, "perl")
    if subprocess.run([perl, f"-M{module}", "-e", ""], capture_output=True, check=False).returncode:
        unusable(package, f"has no {module}: install the package {package}")
    return perl


def unusable(package: str, reason: str) -> NoReturn:
    """End a test that needs the package: it fails where the package is required, else it is skipped."""
    required = {name.strip() for name in os.environ.get(REQUIRED, "").split(",")}
    if package in required:
        pytest.fail(f"this machine {reason} ({package} is required by {REQUIRED})")
    pytest.skip(f"this machine {reason}")
