from __future__ import annotations

import json
import re
from typing import Any

from .errors import InvalidInputError

# Halves of a character, and two characters that JSON allows and SQS refuses. Their escapes mean the same.
_ESCAPED = re.compile("[\ud800-\udfff\ufffe\uffff]")


def json_text(value: Any, name: str = "data") -> str:
    """The JSON text of a value, in characters that SQS takes. Raises InvalidInputError when it has none."""
    what = "use"

    def refuse(member: Any) -> Any:
        nonlocal what
        what = f"it has a value of type {type(member).__name__}. Use"
        raise TypeError

    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=refuse)
    except (TypeError, ValueError, RecursionError):
        raise InvalidInputError(
            "data_not_json",
            f"{name} is not JSON: {what} objects, lists, text, finite numbers, true, false and null",
        ) from None
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def byte_length(text: str) -> int:
    """The size of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())
