"""A backend's view of a SUMU: notify, disconnect and stream to users, receive their messages, know who is online."""

from .async_backend import AsyncSumuBackend
from .async_stream import AsyncStream, StreamResult
from .backend import SumuBackend
from .batch import AsyncBatch, Batch
from .errors import ConfigurationError, InvalidInputError, SumuError
from .handling import Done, RecentlyDone
from .lambda_handler import messages_handler
from .message import Message, PresenceChange, read_message
from .presence import PresenceView
from .requests import SumuRequest
from .send_requests import UnsentError, UnsentRequest
from .settings import Settings, settings_from_environment, settings_from_outputs
from .stream import Stream

__all__ = [
    "AsyncBatch",
    "AsyncStream",
    "AsyncSumuBackend",
    "Batch",
    "ConfigurationError",
    "Done",
    "InvalidInputError",
    "Message",
    "PresenceChange",
    "PresenceView",
    "RecentlyDone",
    "Settings",
    "Stream",
    "StreamResult",
    "SumuBackend",
    "SumuError",
    "SumuRequest",
    "UnsentError",
    "UnsentRequest",
    "messages_handler",
    "read_message",
    "settings_from_environment",
    "settings_from_outputs",
]
