from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Callable, Optional

from .errors import ConfigurationError


@dataclass(frozen=True)
class Settings:
    """Where a SUMU is. Each method says which setting it needs."""

    # Output `notifications.queue.url`, variable NOTIFICATIONS_QUEUE_URL.
    notifications_queue_url: Optional[str] = None
    # Output `messages.queue.url`, variable MESSAGES_QUEUE_URL.
    messages_queue_url: Optional[str] = None
    # Output `presence_table.name`, variable PRESENCE_TABLE_NAME.
    presence_table_name: Optional[str] = None
    # Output `connections_table.name`, variable CONNECTIONS_TABLE_NAME.
    connections_table_name: Optional[str] = None
    # Output `websocket_url` with https in place of wss, variable CONNECTIONS_URL. With a domain of your own: its URL.
    connections_url: Optional[str] = None


# Where each setting comes from.
_OUTPUTS: dict[str, tuple[str, ...]] = {
    "notifications_queue_url": ("notifications", "queue", "url"),
    "messages_queue_url": ("messages", "queue", "url"),
    "presence_table_name": ("presence_table", "name"),
    "connections_table_name": ("connections_table", "name"),
    "connections_url": ("websocket_url",),
}


def settings_from_outputs(outputs: Any) -> Settings:
    """Reads what `terraform output -json` prints, as text or parsed. The outputs of the module may be the root module's
    own, or together in one output (`output "sumu" { value = module.sumu }`). Raises ConfigurationError when no SUMU is in
    it."""
    everything = _values_of(_parsed(outputs))
    found = [one for one in [everything, *everything.values()] if _is_some(_read_outputs(one))]
    if not found:
        raise ConfigurationError(
            "outputs_missing",
            'the outputs have no notifications.queue.url: add output "sumu" { value = module.sumu } to your root module',
        )
    if len(found) > 1 and found[0] is not everything:
        raise ConfigurationError("outputs_ambiguous", "several outputs are a SUMU's: give the value of one of them")
    return _read_outputs(found[0])


def settings_from_environment(environment: Mapping[str, str]) -> Settings:
    """Reads the variables that `npm start -- --env` sets. Raises ConfigurationError when none is set."""
    settings = _collect(lambda name: environment.get(name.upper()))
    if not _is_some(settings):
        variables = ", ".join(name.upper() for name in _OUTPUTS if name != "connections_url")
        raise ConfigurationError("variables_missing", f"none of {variables} is set: set them to the outputs of SUMU")
    return settings


def require_setting(settings: Settings, name: str, user: str) -> str:
    """A setting that a method needs. Raises ConfigurationError when it is missing."""
    value = getattr(settings, name)
    if value:
        return str(value)
    raise ConfigurationError(
        "setting_missing",
        f"{user} needs {name}: it is the output {'.'.join(_OUTPUTS[name])}, or the variable {name.upper()}",
    )


def _is_some(settings: Settings) -> bool:
    return any(getattr(settings, field.name) for field in fields(settings) if field.name != "connections_url")


def _read_outputs(outputs: Any) -> Settings:
    def read(name: str) -> Optional[str]:
        value = outputs
        for member in _OUTPUTS[name]:
            value = value.get(member) if isinstance(value, Mapping) else None
        if not isinstance(value, str):
            return None
        # wss:// on AWS, ws:// on this machine.
        return "http" + value[2:] if name == "connections_url" and value.startswith("ws") else value

    return _collect(read)


def _collect(read: Callable[[str], Optional[str]]) -> Settings:
    return Settings(**{name: read(name) or None for name in _OUTPUTS})


def _parsed(outputs: Any) -> Any:
    if not isinstance(outputs, (str, bytes)):
        return outputs
    try:
        return json.loads(outputs)
    except ValueError:
        raise ConfigurationError(
            "outputs_not_json", "the outputs are not JSON: give what `terraform output -json` prints"
        ) from None


def _values_of(outputs: Any) -> dict[str, Any]:
    """Terraform puts each output into {"value": …, "type": …, "sensitive": …}."""
    if not isinstance(outputs, Mapping):
        return {}
    return {
        name: one["value"] if isinstance(one, Mapping) and "value" in one and "sensitive" in one else one
        for name, one in outputs.items()
    }
