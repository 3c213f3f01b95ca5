from __future__ import annotations

from typing import Any


class SumuError(Exception):
    """Any error of this library. `code` is stable, the message is for people. Neither contains a payload."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker process gives its error to its parent so. An exception is made of its message alone otherwise.
        return type(self), (self.code, str(self))


class InvalidInputError(SumuError, ValueError):
    """A value that SUMU would refuse: nothing was sent. The message says which value and what to do."""


class ConfigurationError(SumuError):
    """A URL or a table name is missing. The message says where it comes from."""
