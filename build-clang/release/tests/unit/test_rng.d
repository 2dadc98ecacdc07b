build-clang/release/tests/unit/test_rng.o: tests/unit/test_rng.c \
  lib/base/rng.h lib/base/base.h lib/workload.h

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:
