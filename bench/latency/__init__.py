"""Response times of single requests, on a small and on a large corpus."""
