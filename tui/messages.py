"""What the connection tells the screens; floods merge, since each list is whole."""

from __future__ import annotations

from textual.message import Message


class RequestsPushed(Message):
    """The queue has changed; read it from the app."""

    def can_replace(self, message: Message) -> bool:
        """Let the newest stand for all that wait."""
        return isinstance(message, RequestsPushed)


class SessionsPushed(Message):
    """The live sessions have changed; read them from the app."""

    def can_replace(self, message: Message) -> bool:
        """Let the newest stand for all that wait."""
        return isinstance(message, SessionsPushed)


class TranscriptGrew(Message):
    """The watched or fetched transcript has more; read it from the player."""

    def can_replace(self, message: Message) -> bool:
        """Let the newest stand for all that wait."""
        return isinstance(message, TranscriptGrew)


class ConnectionChanged(Message):
    """The connection is there, or lost; read it from the app."""

    def can_replace(self, message: Message) -> bool:
        """Let the newest stand for all that wait."""
        return isinstance(message, ConnectionChanged)
