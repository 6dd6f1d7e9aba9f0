"""The embedded AWS: deploys template.yaml on one machine, runs the functions, owns the servers."""
