"""Descriptions of the service for programs that do not know it: the API catalog and llms.txt."""
