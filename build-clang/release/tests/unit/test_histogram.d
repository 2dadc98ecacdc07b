build-clang/release/tests/unit/test_histogram.o: \
  tests/unit/test_histogram.c lib/stats/histogram.h lib/base/base.h \
  lib/workload.h

lib/stats/histogram.h:

lib/base/base.h:

lib/workload.h:
