"""One protocol each; no verdict, no masking, no SSH."""
