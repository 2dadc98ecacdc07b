build-clang/release/lib/exec/outcome.o: lib/exec/outcome.c \
  lib/exec/outcome.h lib/exec/control.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h \
  lib/base/parse.h

lib/exec/outcome.h:

lib/exec/control.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/base/parse.h:
