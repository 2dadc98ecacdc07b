build-clang/release/tests/unit/test_scaling.o: tests/unit/test_scaling.c \
  lib/base/rng.h lib/base/base.h lib/workload.h lib/stats/beta.h \
  lib/stats/scaling.h lib/stats/solver.h

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:

lib/stats/beta.h:

lib/stats/scaling.h:

lib/stats/solver.h:
