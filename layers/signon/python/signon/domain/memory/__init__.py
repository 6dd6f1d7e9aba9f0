"""What is remembered of a database between executions."""
