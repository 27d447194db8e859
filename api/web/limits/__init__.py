"""Limits on requests: how many run at the same time, and how long each can take."""
