import pytest

from digest.errors import ConfigError, Fault


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (Fault("s.yaml", 12, 5, "subscribers[3].email", "x"), "s.yaml:12:5: subscribers[3].email"),
        (Fault("s.yaml", 12, None, "", "x"), "s.yaml:12"),
        (Fault("DIGEST_STATE", None, None, "", "x"), "DIGEST_STATE"),
    ],
    ids=["a value", "a line", "a variable"],
)
def test_a_fault_has_a_place_that_shows_no_value(fault: Fault, place: str) -> None:
    assert (fault.place, str(fault)) == (place, f"{place}: x")


def test_a_config_error_lists_each_fault_on_a_line() -> None:
    faults = (Fault("s.yaml", 1, 2, "welcome", "x"), Fault("DIGEST_STATE", None, None, "", "y"))
    assert str(ConfigError(faults)) == "s.yaml:1:2: welcome: x\nDIGEST_STATE: y"
