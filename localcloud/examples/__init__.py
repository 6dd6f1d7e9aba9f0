"""What is put into an empty cloud."""
