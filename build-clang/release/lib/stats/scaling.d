build-clang/release/lib/stats/scaling.o: lib/stats/scaling.c \
  lib/stats/scaling.h lib/base/base.h lib/workload.h lib/stats/solver.h \
  lib/base/rng.h lib/stats/beta.h

lib/stats/scaling.h:

lib/base/base.h:

lib/workload.h:

lib/stats/solver.h:

lib/base/rng.h:

lib/stats/beta.h:
