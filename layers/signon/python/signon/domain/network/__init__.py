"""What lets packets through, and which ports a directory needs."""
