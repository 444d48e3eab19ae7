// Filled in by the first milestone.
