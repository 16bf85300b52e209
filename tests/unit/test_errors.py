import pytest

from digest.errors import ConfigError, ConfigFault


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        (ConfigFault("s.yaml", 12, 5, "subscribers[3].email", "x"), "s.yaml:12:5: subscribers[3].email"),
        (ConfigFault("s.yaml", 12, None, "", "x"), "s.yaml:12"),
        (ConfigFault("DIGEST_STATE", None, None, "", "x"), "DIGEST_STATE"),
    ],
    ids=["a value", "a line", "a variable"],
)
def test_the_place_of_a_fault_quotes_no_value(fault: ConfigFault, place: str) -> None:
    assert (fault.place, str(fault)) == (place, f"{place}: x")
    assert fault.in_log == f"{place}: a mistake; `digest check` explains it"


def test_a_log_has_a_fault_that_quotes_nothing_in_full() -> None:
    fault = ConfigFault("s.yaml", None, None, "", "there is no such file", quotes=False)
    assert fault.in_log == "s.yaml: there is no such file"


def test_a_config_error_lists_each_fault_on_a_line() -> None:
    faults = (ConfigFault("s.yaml", 1, 2, "welcome", "x"), ConfigFault("DIGEST_STATE", None, None, "", "y"))
    assert str(ConfigError(faults)) == "s.yaml:1:2: welcome: x\nDIGEST_STATE: y"
