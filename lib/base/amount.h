/*
 * Amounts as people read them. Buffers hold at least CB_HUMAN bytes; each function returns its buffer.
 */
#ifndef CB_BASE_AMOUNT_H
#define CB_BASE_AMOUNT_H

#include "lib/base/base.h"

#define CB_HUMAN 32

/* Four significant digits with an SI prefix: "1.234M", "0.0123". Not finite: "-". */
char *cb_human_si(double value, char *buf);
/* Three significant digits of time: "85.3us", "1.25s". CB_NONE: "-". */
char *cb_human_ns(uint64_t ns, char *buf);
/* Three significant digits of memory: "12.3MiB". CB_NONE: "-". */
char *cb_human_bytes(uint64_t bytes, char *buf);
/* A share as percent: "98%", two significant digits below 10: "1.2%". Not finite: "-". */
char *cb_human_share(double share, char *buf);
/* Time left or to wait, whole seconds: "8s", "1m05s", "2h03m". */
char *cb_human_wait(uint64_t ns, char *buf);
/* A number of things: "1 cell", "12 cells". */
char *cb_human_count(uint64_t n, const char *thing, char *buf);

#endif
