"""What somebody asks for, and whether we do it."""
