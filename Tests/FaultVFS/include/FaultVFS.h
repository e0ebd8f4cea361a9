#pragma once

/* A file layer below SQLite, on top of the system's own, that fails on purpose. Each thread has one
   plan at a time. */

enum fault_operation {
    FAULT_READ = 1,
    FAULT_WRITE = 2,
    FAULT_SYNC = 4,
    FAULT_TRUNCATE = 8,
    FAULT_OPEN = 16,
    FAULT_DELETE = 32
};

/* Registers the layer under the name "fault"; returns 0 on success. */
int fault_register(void);

/* From now on the n-th operation (from 1 on) of those in the mask fails; 0: none does. Half of a
   failing write is done.
   lasting: all operations after it fail, too, as on a disk that is gone or in a process that is dead.
   full: writes fail as on a full disk. */
void fault_plan(int mask, long n, int lasting, int full);

/* The number of operations of the mask since the plan was made. */
long fault_count(void);
