"""Measure how well parsing, entities, mentions and links agree with annotations by a human reader."""
