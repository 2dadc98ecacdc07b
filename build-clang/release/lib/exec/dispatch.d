build-clang/release/lib/exec/dispatch.o: lib/exec/dispatch.c \
  lib/exec/dispatch.h lib/exec/control.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h \
  lib/host/clock.h

lib/exec/dispatch.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/host/clock.h:
