build-clang/release/lib/analyze/advice.o: lib/analyze/advice.c \
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
