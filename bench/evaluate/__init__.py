"""Precision and recall of parsing, entities, mentions and links, against a gold standard of annotations."""
