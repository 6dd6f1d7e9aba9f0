"""What a join costs, counted: ours and the naive loop's, in one simulation.

joins        the measurement: one join, and its figures
__main__     the table of `make bench`
"""
