"""Every error Folkmoot raises on purpose.

    FolkmootError
    ├── ConfigError            the configuration cannot be used (exit 78)
    ├── DataError              an input file cannot be read (exit 65)
    ├── CogError               a cog cannot be found, built, loaded or migrated
    ├── UserError              what a member asked for cannot be done; the text is the answer they see
    ├── EgressRefused          something wanted to connect to a host that no platform declares
    ├── StorageError           the store cannot be opened, read or written (exit 75)
    │   ├── SchemaTooNew       the store was written by a newer Folkmoot (exit 78)
    │   └── Conflict           a row changed under a handler; the dispatcher runs the handler again
    ├── InferenceError         a model cannot answer
    │   ├── ModelUnavailable   no model is loaded: the bot goes on without it, and says so
    │   └── DeadlineExceeded   the answer would have come too late
    └── PlatformError          a platform refused or did not answer
        ├── RateLimited        try again after `retry_after` seconds
        ├── Unavailable        passing trouble: try again with back-off
        ├── Forbidden          a permission is missing: what, where, which
        ├── Gone               the target no longer exists
        ├── Unsupported        this platform cannot do that
        ├── Revoked            the token no longer works (exit 78)
        └── OutcomeUnknown     sent, but whether it arrived cannot be known

Errors are translated where they enter (storage, platforms, inference) and caught in the dispatcher.
"""

from typing import ClassVar


class FolkmootError(Exception):
    """Root of the tree; `exit_code` is what the command line returns when one ends the program."""

    exit_code: ClassVar[int] = 70


class ConfigError(FolkmootError):
    exit_code = 78


class DataError(FolkmootError):
    exit_code = 65


class CogError(FolkmootError):
    exit_code = 78


class UserError(FolkmootError):
    """The message is shown to the member as it stands: say what to do instead."""


class EgressRefused(FolkmootError):
    """No OSError, so that no library takes it for passing trouble and tries again."""


class StorageError(FolkmootError):
    exit_code = 75


class SchemaTooNew(StorageError):
    exit_code = 78


class Conflict(StorageError):
    pass


class InferenceError(FolkmootError):
    exit_code = 75


class ModelUnavailable(InferenceError):
    pass


class DeadlineExceeded(InferenceError):
    pass


class PlatformError(FolkmootError):
    exit_code = 75


class RateLimited(PlatformError):
    def __init__(self, retry_after: float) -> None:
        """`retry_after` in seconds, as the platform gave it."""
        super().__init__(f"rate limited for {retry_after:g} s")
        self.retry_after = retry_after


class Unavailable(PlatformError):
    pass


class Forbidden(PlatformError):
    def __init__(self, what: str, where: str, permission: str) -> None:
        super().__init__(f"may not {what} in {where}: the bot needs the permission {permission!r} there")
        self.what, self.where, self.permission = what, where, permission


class Gone(PlatformError):
    pass


class Unsupported(PlatformError):
    pass


class Revoked(PlatformError):
    exit_code = 78


class OutcomeUnknown(PlatformError):
    pass
