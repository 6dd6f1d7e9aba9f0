"""Facts and decisions: pure, no clock, no network, no environment."""
