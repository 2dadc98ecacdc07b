build-clang/release/tests/unit/test_dispatch.o: \
  tests/unit/test_dispatch.c lib/exec/dispatch.h lib/exec/control.h \
  lib/exec/sample.h lib/exec/mode.h lib/base/base.h lib/workload.h \
  lib/stats/histogram.h tests/unit/rig.h

lib/exec/dispatch.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

tests/unit/rig.h:
