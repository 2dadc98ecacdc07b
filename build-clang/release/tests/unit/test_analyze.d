build-clang/release/tests/unit/test_analyze.o: tests/unit/test_analyze.c \
  lib/analyze/analyze.h lib/result/stored.h lib/base/base.h \
  lib/workload.h lib/stats/order.h lib/stats/scaling.h \
  lib/stats/solver.h

lib/analyze/analyze.h:

lib/result/stored.h:

lib/base/base.h:

lib/workload.h:

lib/stats/order.h:

lib/stats/scaling.h:

lib/stats/solver.h:
