build-clang/release/tests/unit/test_calibrate.o: \
  tests/unit/test_calibrate.c lib/plan/calibrate.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h

lib/plan/calibrate.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:
