build-clang/release/tests/unit/test_stored.o: tests/unit/test_stored.c \
  lib/result/stored.h lib/base/base.h lib/workload.h

lib/result/stored.h:

lib/base/base.h:

lib/workload.h:
