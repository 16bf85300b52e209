import pytest

from digest.errors import SavedStateError
from digest.publish.github.sealing import opened, refuse_weak, sealed

KEY = "a long key of invented words"

pytestmark = pytest.mark.exhaustive  # the key is stretched, for a second each time


def test_what_is_sealed_is_opened_with_the_same_key_alone() -> None:
    content = sealed(b"what nobody may read", KEY)
    assert content.startswith(b"age-encryption.org/v1\n")
    assert b"nobody" not in content
    assert opened(content, KEY) == b"what nobody may read"
    with pytest.raises(SavedStateError, match="cannot be decrypted"):
        opened(content, KEY + " and another")


def test_one_byte_less_or_another_is_found_out() -> None:
    content = sealed(b"what nobody may read", KEY)
    for changed in (
        content[:-1],
        content[:-1] + bytes([content[-1] ^ 1]),
        content + b"\n",
        b"",
        content[:40],
    ):
        with pytest.raises(SavedStateError, match="cannot be decrypted"):
            opened(changed, KEY)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(SavedStateError, match="less than 20 characters"):
        refuse_weak("hunter2")
    with pytest.raises(SavedStateError, match="less than 20 characters"):
        sealed(b"", "hunter2")
