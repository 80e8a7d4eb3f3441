"""The transport: the only part of the server that speaks SSH."""
