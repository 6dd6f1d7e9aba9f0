"""Where the deployed functions run, and where their lines go."""
