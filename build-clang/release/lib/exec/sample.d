build-clang/release/lib/exec/sample.o: lib/exec/sample.c \
  lib/exec/supervisor.h lib/exec/kill.h lib/base/base.h lib/workload.h \
  lib/exec/leader.h lib/exec/setup.h lib/exec/control.h \
  lib/exec/sample.h lib/exec/mode.h lib/stats/histogram.h \
  lib/exec/outcome.h

lib/exec/supervisor.h:

lib/exec/kill.h:

lib/base/base.h:

lib/workload.h:

lib/exec/leader.h:

lib/exec/setup.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/stats/histogram.h:

lib/exec/outcome.h:
