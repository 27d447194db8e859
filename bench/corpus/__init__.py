"""Generated articles for benchmarks: their words, their files, and databases that contain them."""
