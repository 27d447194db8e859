"""Compare the service's ranking of search results with the standard ranking BM25."""
