"""Who and what the tests speak of: name and password, as arguments of add_user and sign_in."""

DOMAIN = "corp.example.com"
REALM = "CORP.EXAMPLE.COM"
HOST = "payments.cabc123def45.us-east-1.rds.amazonaws.com"

MASTER = ("admin", "M4ster'Pass\\word")  # with the characters that SQL must quote
ALICE = ("alice", "Al1ce.Passw0rd")
BOB = ("bob", "B0b.Passw0rd!")
FRANK = ("frank", "Fr4nk.Passw0rd")
APP = ("app", "App.Passw0rd")  # a role by password, unknown to the directory
CAROL = ("carol", "Car0l.Passw0rd")  # disabled
