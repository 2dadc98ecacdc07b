build-clang/release/tests/unit/test_outcome.o: tests/unit/test_outcome.c \
  lib/exec/outcome.h lib/exec/control.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h \
  tests/unit/rig.h

lib/exec/outcome.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

tests/unit/rig.h:
