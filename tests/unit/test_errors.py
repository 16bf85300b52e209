import pytest

from digest.errors import ConfigError, ConfigFault


@pytest.mark.parametrize(
    ("fault", "spot", "in_full"),
    [
        (ConfigFault("s.yaml", 12, 5, "a[3].b", "x"), "s.yaml:12:5", "s.yaml:12:5: a[3].b: x"),
        (ConfigFault("s.yaml", 1, 1, "ada@example.org", "x"), "s.yaml:1:1", "s.yaml:1:1: ada@example.org: x"),
        (ConfigFault("s.yaml", 12, None, "", "x"), "s.yaml:12", "s.yaml:12: x"),
        (ConfigFault("DIGEST_STATE", None, None, "", "x"), "DIGEST_STATE", "DIGEST_STATE: x"),
    ],
    ids=["a value", "a key that is an address", "a line", "a variable"],
)
def test_a_log_names_the_spot_of_a_fault_and_quotes_no_key_and_no_value(
    fault: ConfigFault, spot: str, in_full: str
) -> None:
    assert str(fault) == in_full
    assert fault.in_log == f"{spot}: a mistake; `digest check` explains it"


def test_a_log_has_a_fault_that_quotes_nothing_in_full() -> None:
    fault = ConfigFault("s.yaml", None, None, "", "there is no such file", quotes=False)
    assert fault.in_log == "s.yaml: there is no such file"


def test_a_config_error_lists_each_fault_on_a_line() -> None:
    faults = (ConfigFault("s.yaml", 1, 2, "welcome", "x"), ConfigFault("DIGEST_STATE", None, None, "", "y"))
    assert str(ConfigError(faults)) == "s.yaml:1:2: welcome: x\nDIGEST_STATE: y"
