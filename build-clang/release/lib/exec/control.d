build-clang/release/lib/exec/control.o: lib/exec/control.c \
  lib/exec/control.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:
