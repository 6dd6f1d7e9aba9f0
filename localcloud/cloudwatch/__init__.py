"""CloudWatch: metrics of the simulated time, and alarms that look at them and tell a topic."""
