build-clang/release/lib/exec/setup.o: lib/exec/setup.c lib/exec/setup.h \
  lib/exec/control.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h

lib/exec/setup.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:
