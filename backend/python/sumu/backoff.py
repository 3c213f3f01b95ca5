from __future__ import annotations

import random
from typing import Callable


def backoff_seconds(attempt: int, max_seconds: float, rand: Callable[[], float] = random.random) -> float:
    """The wait before try `attempt` + 1: full jitter, so that many senders do not come back together."""
    return rand() * min(max_seconds, 0.1 * 2.0 ** min(attempt - 1, 20))
