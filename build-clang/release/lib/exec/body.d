build-clang/release/lib/exec/body.o: lib/exec/body.c lib/exec/crew.h \
  lib/exec/control.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h lib/exec/dispatch.h \
  lib/exec/futex.h lib/exec/io.h lib/exec/usage.h lib/host/clock.h

lib/exec/crew.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/exec/dispatch.h:

lib/exec/futex.h:

lib/exec/io.h:

lib/exec/usage.h:

lib/host/clock.h:
