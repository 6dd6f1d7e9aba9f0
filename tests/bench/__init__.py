"""What a join costs, counted: ours beside the naive loop, in one simulation.

joins        the measurement: one join, and its figures
__main__     the table of `make bench`
"""
