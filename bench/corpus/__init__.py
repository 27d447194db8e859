"""Corpora of generated pages: their words, their files and their databases."""
