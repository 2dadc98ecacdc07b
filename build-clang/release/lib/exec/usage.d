build-clang/release/lib/exec/usage.o: lib/exec/usage.c lib/exec/usage.h \
  lib/exec/control.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h lib/host/clock.h

lib/exec/usage.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/host/clock.h:
