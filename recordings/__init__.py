"""Transcripts as evidence: write, read, verify, export; knows nothing of bastion.

    from recordings import verify_file, read_events, read_statements

Writing is kept apart, in ``recordings.writer``: whoever may write imports it by that name.
"""

from recordings.errors import FormatError, RecordingError, RecordingFailure
from recordings.events import (
    ApprovalEvent,
    EndEvent,
    Event,
    Grid,
    Header,
    Marker,
    NoteEvent,
    NoticeEvent,
    OutcomeEvent,
    Output,
    RemovedEvent,
    Resize,
    ResultEvent,
    RowsEvent,
    StatementEvent,
    UnknownEvent,
    VerdictEvent,
)
from recordings.reader import (
    EventParser,
    StatementView,
    TimedEvent,
    follow_events,
    read_events,
    read_header,
    read_statements,
    seek_statement,
    seek_time,
)
from recordings.verify import Report, verify_file, verify_recording

__all__ = [
    "ApprovalEvent",
    "EndEvent",
    "Event",
    "EventParser",
    "FormatError",
    "Grid",
    "Header",
    "Marker",
    "NoteEvent",
    "NoticeEvent",
    "OutcomeEvent",
    "Output",
    "RecordingError",
    "RecordingFailure",
    "RemovedEvent",
    "Report",
    "Resize",
    "ResultEvent",
    "RowsEvent",
    "StatementEvent",
    "StatementView",
    "TimedEvent",
    "UnknownEvent",
    "VerdictEvent",
    "follow_events",
    "read_events",
    "read_header",
    "read_statements",
    "seek_statement",
    "seek_time",
    "verify_file",
    "verify_recording",
]
