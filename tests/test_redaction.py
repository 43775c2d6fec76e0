"""Passwords and tokens are masked, and nothing else is."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.redaction import MASK, masked, masked_address, masked_addresses, masked_argument, masked_command

SECRET = "s3cret-pw"

ADDRESSES = {
    f"http://me:{SECRET}@host:5000/mlflow": "http://…@host:5000/mlflow",
    f"http://{SECRET}@host": "http://…@host",
    f"https://me:{SECRET}/@?#:x@host": "https://…@host",
    f"postgresql+psycopg://me:{SECRET}@host/db?sslmode=require": "postgresql+psycopg://…@host/db?…",
    f"postgresql://host/db?user=me&password={SECRET}": "postgresql://host/db?…",
    f"mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3D{SECRET}": "mssql+pyodbc:///?…",
    f"sqlite+sqlcipher://:{SECRET}@/x.db": "sqlite+sqlcipher://…@/x.db",
    f"tcp://me:{SECRET}@host:8786": "tcp://…@host:8786",
    f"me:{SECRET}@host/db": "…@host/db",
    f"postgresql://me:{SECRET}/db": "postgresql://me:…/db",
    f"http:///me:{SECRET}": "http:///me:…",
}
"""Address with a secret -> the same as it may be shown; in the last one `@host` was forgotten."""

HARMLESS = (
    "http://127.0.0.1:5000",
    "http://[::1]:5000/",
    "sqlite:////home/me@work/a:b@c/mlflow.db",
    "sqlite:///mlflow.db",
    "databricks",
    "tls://host:8786",
)


@pytest.mark.parametrize(("address", "shown"), ADDRESSES.items())
def test_an_address_is_shown_without_its_secret(address, shown):
    assert masked_address(address) == shown
    assert masked(f"nothing at {address}: refused", [address]) == f"nothing at {shown}: refused"


@pytest.mark.parametrize("address", HARMLESS)
def test_an_address_without_one_stays_as_it_is(address):
    assert masked_address(address) == address
    assert masked(f"nothing at {address}") == f"nothing at {address}"


@pytest.mark.parametrize(
    "text",
    [
        "see https://host.example/@somebody and http://host:80/@me, or write to me@host.example",
        'lecture = "x?monkeys=3 # dropout=0.5"',
        "dropout=0.5; at 12:30 the key is 4",
        "git@host.example:group/project.git",
    ],
)
def test_what_only_looks_like_a_sign_in_stays(text):
    assert masked_addresses(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "expected = 'as on http://{}@host/page'",
        "failed for url: /api?access_token={}&page=2",
        "retried 'postgresql://{}@host' and (mysql://{}@other)",
        "https://host/x?X-Amz-Signature={}",
        "https://host/x?driver=y;PWD={}",
    ],
)
def test_a_running_text_loses_its_secrets_and_nothing_else(text):
    assert masked_addresses(text.replace("{}", SECRET)) == text.replace("{}", MASK)


@given(st.text(st.characters(codec="ascii")), st.sampled_from(["", "me"]))
def test_no_password_survives_whatever_stands_in_it(password, user):
    secret = f"pw{password}wp"
    address = f"http://{user}:{secret}@host:5000/x"
    assert masked_address(address) == "http://…@host:5000/x"
    assert masked_argument(f"--tracking-uri={address}") == "--tracking-uri=http://…@host:5000/x"
    assert secret not in masked(f"cannot open {address} now", [address])


@given(st.text())
def test_masking_twice_is_masking_once(text):
    assert masked_addresses(masked_addresses(text)) == masked_addresses(text)


def test_a_command_line_stays_one_that_a_shell_can_read():
    words = [
        "nnjax",
        "sweep",
        "a study.toml",
        "--set",
        "expected=it's so",
        "--tracking-uri",
        f"http://me:{SECRET}@host",
    ]
    assert shlex.split(masked_command(words)) == [*words[:-1], "http://…@host"]


@pytest.mark.parametrize("name", ["MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY"])
def test_the_value_of_a_variable_named_like_a_secret_is_masked_wherever_it_turns_up(name, monkeypatch):
    monkeypatch.setenv(name, f"{SECRET}\r")
    assert masked(f"Invalid header value: 'Bearer {SECRET}\\r'") == "Invalid header value: 'Bearer …\\r'"


def test_the_value_of_any_other_variable_is_not(monkeypatch):
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "everywhere")
    assert masked("found everywhere") == "found everywhere"
