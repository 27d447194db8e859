"""The service log on standard error: one line for each request and each message."""
