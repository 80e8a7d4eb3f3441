"""The one governed path that every front end shares."""
