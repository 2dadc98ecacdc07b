build-clang/release/lib/exec/leader.o: lib/exec/leader.c \
  lib/exec/leader.h lib/exec/setup.h lib/exec/control.h \
  lib/exec/sample.h lib/exec/mode.h lib/base/base.h lib/workload.h \
  lib/stats/histogram.h lib/exec/crew.h lib/exec/kill.h lib/host/clock.h

lib/exec/leader.h:

lib/exec/setup.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/exec/crew.h:

lib/exec/kill.h:

lib/host/clock.h:
