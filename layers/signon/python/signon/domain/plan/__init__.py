"""What will be done, and what stands in its way."""
