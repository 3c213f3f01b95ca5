from __future__ import annotations


class SumuError(Exception):
    """Any error of this library. `code` is stable, the message is for people. Neither contains a payload."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidInputError(SumuError, ValueError):
    """A value that SUMU would refuse: nothing was sent. The message says which value and what to do."""


class ConfigurationError(SumuError):
    """A URL or a table name is missing. The message says where it comes from."""
