"""A simulation: the real state machine and the real functions, by a clock that jumps, one call after the other.

world        what belongs together: start here
conductor    the clock, and who does his next step
executions   Step Functions: starts, stops and redrives what state_machine runs
functions    the functions, in this process
calls        what they call, and what goes wrong with it: faults
transport    their calls to AWS, answered by the local AWS, without a socket
statements   their calls to databases, real ones
servers      one real server per engine, that stays up whatever its database goes through
recorded     many MySQL databases where there is one server
moves        an execution that comes to a change, and what may have moved under it
ledger       what has become of a database: nothing lost, nothing done twice
"""
