build-clang/release/tests/unit/test_supervisor.o: \
  tests/unit/test_supervisor.c lib/exec/control.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h \
  lib/host/clock.h tests/unit/rig.h

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/host/clock.h:

tests/unit/rig.h:
