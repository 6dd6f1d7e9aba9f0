"""What AWS says about a database, judged."""
