"""
The crash lab: processes that do the product's work and die at named points, and what looks after them.

    plan       what one process has to do, and when it has to die
    points     named crash points, counted as a process passes them
    hooks      puts a point before and after every outside write, in the process that is to die
    network    an unreliable network between the process and the node
    disk       errors at chosen calls, returned before or after the work was done
    tasks      what a process does: drive the outbox, issue a roster, write without an outbox
    naive      a sender that saves after sending: the control
    zygote     a small process that has everything loaded and forks one child for each plan
    launcher   the zygote seen from the test: start, wait, kill
    counter    the counting contract: its code, a write to it, what took effect
    counting   writes to a contract without any guard
    office     rosters to delivered folders, on the real registry

Nothing here is part of the product, and the product knows nothing of it. The package is found through the
folder `tests/crash`, by the tests and by the zygote alike, so that what is pickled here is found there.
"""
