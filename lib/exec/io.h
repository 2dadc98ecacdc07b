/* The ways in which a workload waits. */
#ifndef CB_EXEC_IO_H
#define CB_EXEC_IO_H

#include "lib/workload.h"

/* System calls that block the calling thread; any thread, any process. */
extern const struct cb_io cb_io_blocking;

#endif
