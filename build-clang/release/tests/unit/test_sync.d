build-clang/release/tests/unit/test_sync.o: tests/unit/test_sync.c \
  tests/unit/rig.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h

tests/unit/rig.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:
