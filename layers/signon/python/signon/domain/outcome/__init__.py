"""How an execution ended, and what people are told about it."""
