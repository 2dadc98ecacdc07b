build-clang/release/lib/exec/mode_hybrid.o: lib/exec/mode_hybrid.c \
  lib/exec/crew.h lib/exec/control.h lib/exec/sample.h lib/exec/mode.h \
  lib/base/base.h lib/workload.h lib/stats/histogram.h

lib/exec/crew.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:
