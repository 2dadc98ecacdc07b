build-clang/release/lib/session/driven.o: lib/session/driven.c \
  lib/session/driven.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h lib/exec/supervisor.h \
  lib/exec/kill.h lib/exec/leader.h lib/exec/setup.h lib/exec/control.h \
  lib/exec/outcome.h

lib/session/driven.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/exec/supervisor.h:

lib/exec/kill.h:

lib/exec/leader.h:

lib/exec/setup.h:

lib/exec/control.h:

lib/exec/outcome.h:
