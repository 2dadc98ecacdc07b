build-clang/release/lib/exec/kill.o: lib/exec/kill.c lib/exec/kill.h \
  lib/base/base.h lib/workload.h

lib/exec/kill.h:

lib/base/base.h:

lib/workload.h:
