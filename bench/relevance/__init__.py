"""Comparisons of the order of relevance with BM25 over all hits."""
