from __future__ import annotations

import re

from botocore.exceptions import (
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    TokenRetrievalError,
)

# Names of errors that come and go, although AWS calls them the sender's fault.
_THROTTLED = re.compile("throttl|toomanyrequests|requestlimitexceeded|limitexceeded|slowdown|overlimit", re.IGNORECASE)

# Errors of this machine that no second try can fix.
_NEVER = (NoCredentialsError, PartialCredentialsError, TokenRetrievalError, ParamValidationError, NoRegionError)


def failure_of(error: BaseException) -> tuple[str, bool]:
    """Why a call has failed: AWS's code or the error's name, and whether the same call may succeed later."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "ClientError")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        return code, status >= 500 or status == 429 or bool(_THROTTLED.search(code))
    return type(error).__name__, not isinstance(error, _NEVER)
