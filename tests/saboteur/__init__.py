"""The saboteur: takes the security controls away, one at a time, and asks the tests whether they notice."""
