build-clang/release/tests/unit/test_shift.o: tests/unit/test_shift.c \
  lib/base/rng.h lib/base/base.h lib/workload.h lib/stats/shift.h

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:

lib/stats/shift.h:
