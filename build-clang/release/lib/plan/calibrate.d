build-clang/release/lib/plan/calibrate.o: lib/plan/calibrate.c \
  lib/plan/calibrate.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h

lib/plan/calibrate.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:
