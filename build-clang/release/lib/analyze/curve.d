build-clang/release/lib/analyze/curve.o: lib/analyze/curve.c \
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
