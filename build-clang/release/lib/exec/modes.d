build-clang/release/lib/exec/modes.o: lib/exec/modes.c lib/exec/mode.h \
  lib/base/base.h lib/workload.h

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:
