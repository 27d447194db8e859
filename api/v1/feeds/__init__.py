"""Feeds of articles: JSON Feed and Atom."""
