"""Identity by content: one canonical text of a value, and its hash."""

import hashlib
import json


def canonical_json(value: object) -> str:
    r"""The one JSON text of a value: keys sorted, no spaces, ASCII only, tuples as lists.

    Raises:
        ValueError: If a number is NaN or infinite, which JSON cannot say.

    >>> canonical_json({"b": (1, 2.5), "a": "é"})
    '{"a":"\\u00e9","b":[1,2.5]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def content_hash(value: object) -> str:
    """sha256 of the canonical text, 64 hexadecimal digits.

    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
