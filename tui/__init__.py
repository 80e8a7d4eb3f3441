"""The reviewers' application: a program of its own, away from the data path."""
