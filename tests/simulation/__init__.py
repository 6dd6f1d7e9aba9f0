"""A simulation: the real state machine and the real functions, by a clock that jumps, one call after the other.

world        what belongs together: start here
conductor    the clock, and who does his next step
executions   Step Functions: starts, stops and redrives what state_machine runs
functions    the functions, in this process
calls        what they call, and what goes wrong with it: faults
transport    their calls to AWS, answered by the local AWS, without a socket
shortcut     the same past botocore, where thousands of runs are wanted
answers      what AWS answers to a call that meets a fault
statements   their calls to databases, real ones
rds          the local RDS by this clock
servers      one real server per engine, that stays up whatever its database goes through
recorded     many MySQL databases where there is one server
moves        an execution that comes to a change, and what may have moved under it
refusals     bad input, and what is said of it before anything is changed
stories      short stories of a database, which together make every call
single_faults  every call x every fault, and the table of the ends
schedules    what may happen to a database, in any order
ledger       what has become of a database: nothing lost, nothing done twice
"""
