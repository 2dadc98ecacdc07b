build-clang/release/lib/exec/crew.o: lib/exec/crew.c lib/exec/crew.h \
  lib/exec/control.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h lib/exec/futex.h lib/exec/kill.h \
  lib/exec/usage.h lib/host/clock.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h

lib/exec/crew.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/exec/futex.h:

lib/exec/kill.h:

lib/exec/usage.h:

lib/host/clock.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:
