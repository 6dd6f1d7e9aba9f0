"""The SAM CLI's local testing: functions in containers that reach the local cloud."""
