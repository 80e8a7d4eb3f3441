"""Errors that people meet, and what each asks them to do.

    BastionError                  internal
    ├── ConfigError               config        a file or key of ours is wrong
    ├── UsageError                usage         the words or flags are wrong
    ├── AccessError               blocked       this principal may not do this
    ├── RecordingError            unavailable   what cannot be recorded does not run
    ├── StoreError                unavailable   the bastion's own memory is out of reach
    ├── ApprovalError             approval      the request cannot move that way
    │   ├── SelfApprovalError
    │   ├── NotPendingError
    │   └── UnknownRequestError
    └── TargetError               error
        ├── TargetUnavailableError  unavailable  no connection, or it was lost
        ├── StatementError          error        the database rejected the statement
        ├── StatementTimeoutError   timeout
        ├── StatementCancelledError interrupted
        ├── EffectExceededError     blocked      more rows than were approved: rolled back
        ├── StructureMovedError     error        changed by others since it was judged
        └── StructureHarmedError    blocked      a table would have gone: rolled back

``message`` is for the person in front of the terminal: what happened and what to do next, never
a value or a secret. ``detail`` is for the log.
"""

from __future__ import annotations


class BastionError(Exception):
    """Carry a public message, a stable code and a detail for the log."""

    code = "internal"

    def __init__(self, message: str, *, detail: str = "") -> None:
        """Keep ``message`` for people and ``detail`` for the log."""
        super().__init__(message)
        self.message = message
        self.detail = detail


class ConfigError(BastionError):
    """A configuration or policy file cannot be used; names file, table and key."""

    code = "config"


class UsageError(BastionError):
    """The words, flags or names given cannot be understood."""

    code = "usage"


class AccessError(BastionError):
    """The principal is known, but may not do this."""

    code = "blocked"


class RecordingError(BastionError):
    """The transcript or the audit log could not be written; nothing may run."""

    code = "unavailable"


class StoreError(BastionError):
    """The store is locked, lost or corrupt; nothing may be decided."""

    code = "unavailable"


class ApprovalError(BastionError):
    """A request for approval cannot take this step."""

    code = "approval"


class SelfApprovalError(ApprovalError):
    """Reviewer and requester are one person."""


class NotPendingError(ApprovalError):
    """The request has already ended, or its one run was taken."""


class UnknownRequestError(ApprovalError):
    """No such request, or none that this principal may see."""


class TargetError(BastionError):
    """Something went wrong at the target database."""

    code = "error"


class TargetUnavailableError(TargetError):
    """The target cannot be reached, refused the login, or was lost in mid-statement."""

    code = "unavailable"


class StatementError(TargetError):
    """The database rejected the statement."""

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str = "",
        position: int | None = None,
        hint: str = "",
        context: str = "",
        detail: str = "",
    ) -> None:
        """Keep the server's own words; the pipeline scrubs them before anybody reads them.

        Args:
            position: 1-based character offset into the statement's text.
            context: the server's DETAIL and CONTEXT lines; they may quote values.
        """
        super().__init__(message, detail=detail)
        self.sqlstate = sqlstate
        self.position = position
        self.hint = hint
        self.context = context


class StatementTimeoutError(TargetError):
    """A statement or lock timeout ended the statement."""

    code = "timeout"


class StatementCancelledError(TargetError):
    """The statement was cancelled at the server on somebody's request."""

    code = "interrupted"


class EffectExceededError(TargetError):
    """The statement touched more rows than were approved; it was rolled back."""

    code = "blocked"


class StructureMovedError(TargetError):
    """What the statement touches was changed by others since it was judged; nothing was shown."""

    code = "error"


class StructureHarmedError(TargetError):
    """The statement would have dropped, truncated or altered a relation; it was rolled back."""

    code = "blocked"
