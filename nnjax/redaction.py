"""Passwords and tokens, masked before anything is said or written down.

An address may carry them (`http://me:secret@host`, `…?token=…`), and so may whatever quotes an address: a command line,
an exception's text. What is masked stays readable otherwise; what needs no mask stays as it is, to the letter.
"""

import os
import re
import shlex
from collections.abc import Iterable, Sequence

MASK = "…"

_SECRET_WORD = re.compile(
    r"password|passwd|passphrase|token|secret|credential|signature|apikey|accesskey|odbc_connect"
    r"|(?<![a-z])(?:pwd|sig|key|auth)(?![a-z])",
    re.IGNORECASE,
)

_SIGN_IN = re.compile(
    r"(?<=://)(?:"
    r"[^\s/?#@:'\"<>]{0,512}:(?!\d+[/?#])[^\s'\"<>]{0,512}@"  # name:password@, the password with whatever in it
    r"|[^\s/?#@:'\"<>]{1,512}@"  # token@
    r")"
)
"""What stands between `://` and the host in a running text. `https://host/@name` and `http://host:80/@name` carry no
secret."""

_PARAMETER = re.compile(r"((?:[?&;#]|%3B|%26)([\w.-]{1,64})(?:=|%3D))[^\s&;#'\"<>]+", re.IGNORECASE)
"""`?token=…` and its like, percent-encoded too; whether it is a secret, `_SECRET_WORD` says of its name."""

_BARE_SIGN_IN = re.compile(r"(?:(?<![^\s'\"<>=(,])|(?<=:/))[^\s/:@'\"<>]{1,512}:[^\s/:@'\"<>]{1,512}@(?=[\w\[])")
"""`name:password@host`, of an address whose beginning was mistyped."""

_ADDRESS_ARGUMENT = re.compile(r"(?P<option>(?:--?[\w-]+=)?)(?P<address>[A-Za-z][\w+.-]*://.*)", re.DOTALL)

_SECRET_VARIABLE = re.compile(r"(PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|(ACCESS|API|PRIVATE|SECRET)_KEY)$")

SHORTEST_SECRET = 6
"""Characters of a variable's value that is masked wherever it turns up; a shorter one is met by chance."""


def masked_address(address: str) -> str:
    """An address, the whole of it and nothing else, as it may be shown: without sign-in and the values of its query.

    >>> masked_address("postgresql+psycopg://me:se/cr@t@host/db"), masked_address("http://host:5000")
    ('postgresql+psycopg://…@host/db', 'http://host:5000')
    >>> masked_address("sqlite:////home/me@work/mlflow.db"), masked_address("http://host/?token=secret")
    ('sqlite:////home/me@work/mlflow.db', 'http://host/?…')
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        scheme, rest = "", address
    if not (scheme.startswith(("sqlite", "file")) and rest.startswith("/")):  # these have a path, and no host
        stem = rest.lstrip("/")
        mark += rest[: len(rest) - len(stem)]
        _, at, place = stem.rpartition("@")
        host, slash, path = place.partition("/")
        name, colon, port = host.rpartition(":")
        if colon and not port.isdigit() and not host.endswith("]"):  # a password whose @host was forgotten
            host = f"{name}:{MASK}"
        rest = f"{MASK if at else ''}{at}{host}{slash}{path}"
    path, question, query = rest.partition("?")
    return f"{scheme}{mark}{path}{question}{MASK if query else ''}"


def masked_addresses(text: str) -> str:
    """A text whose addresses carry no sign-in any more, and no value of a parameter that is named like a secret.

    >>> masked_addresses("see http://me:secret@host/x?token=secret&page=2 and https://host/@me")
    'see http://…@host/x?token=…&page=2 and https://host/@me'
    """
    return _PARAMETER.sub(_masked_parameter, _SIGN_IN.sub(f"{MASK}@", text))


def _masked_parameter(found: re.Match[str]) -> str:
    return found[1] + MASK if _SECRET_WORD.search(found[2]) else found[0]


def masked_argument(word: str) -> str:
    """A word of a command line as it may be written down.

    >>> masked_argument("--tracking-uri=http://me:my secret@host"), masked_argument("--set")
    ('--tracking-uri=http://…@host', '--set')
    """
    found = _ADDRESS_ARGUMENT.fullmatch(word)
    return found["option"] + masked_address(found["address"]) if found else masked_addresses(word)


def masked_command(words: Sequence[str]) -> str:
    """A command line as it may be written down, quoted for a shell."""
    return shlex.join(map(masked_argument, words))


def masked_line(command_line: str) -> str:
    """A command line that somebody has quoted for a shell, as it may be passed on; without a secret it stays as it is.

    >>> masked_line("nnjax sweep 'a b.toml' --tracking-uri 'http://me:my secret@host'"), masked_line("it's")
    ("nnjax sweep 'a b.toml' --tracking-uri 'http://…@host'", "it's")
    """
    try:
        words = shlex.split(str(command_line))
    except ValueError:  # a quote without its other half
        return masked_addresses(command_line)
    return command_line if words == [masked_argument(word) for word in words] else masked_command(words)


def masked(text: str, given: Iterable[str] = ()) -> str:
    """A text as it may be said: none of the secrets of addresses, nor of environment variables, is in it.

    `given` are addresses that may be quoted in it: each is masked as a whole, also one with spaces or quotes.
    """
    for address in given:
        text = text.replace(address, masked_address(address))
    for secret in _secrets_of_the_environment():
        text = text.replace(secret, MASK)
    return masked_addresses(_BARE_SIGN_IN.sub(f"{MASK}@", text))


def _secrets_of_the_environment() -> list[str]:
    """Values of variables that are named like a secret, the longest first."""
    values = {value.strip() for name, value in os.environ.items() if _SECRET_VARIABLE.search(name.upper())}
    return sorted((value for value in values if len(value) >= SHORTEST_SECRET), key=len, reverse=True)
