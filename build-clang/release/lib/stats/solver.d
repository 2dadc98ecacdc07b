build-clang/release/lib/stats/solver.o: lib/stats/solver.c \
  lib/stats/solver.h lib/base/base.h lib/workload.h \
  /usr/include/cminpack-1/cminpack.h

lib/stats/solver.h:

lib/base/base.h:

lib/workload.h:

/usr/include/cminpack-1/cminpack.h:
