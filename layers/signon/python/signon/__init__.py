"""RDS Sign-on: what the functions share.

errors      every error, and what the state machine makes of it
foreign     text that others have written, on its way into our messages
settings    the only reader of the environment
domain      facts and decisions: pure, no clock, no network
aws         the only code that calls AWS
db          the only code that talks to databases
"""
