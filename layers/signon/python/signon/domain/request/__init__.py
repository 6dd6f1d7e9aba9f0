"""What somebody asks for, and whether it is ours to do."""
