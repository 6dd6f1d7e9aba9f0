"""What AWS says of a database, judged."""
