"""What ours is measured against: the same article from the same tables, each as its documentation has it."""
