"""Pure codecs: bytes to messages and back."""
