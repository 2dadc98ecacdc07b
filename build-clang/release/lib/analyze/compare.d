build-clang/release/lib/analyze/compare.o: lib/analyze/compare.c \
  lib/analyze/compare.h lib/result/stored.h lib/base/base.h \
  lib/workload.h lib/stats/shift.h lib/stats/order.h

lib/analyze/compare.h:

lib/result/stored.h:

lib/base/base.h:

lib/workload.h:

lib/stats/shift.h:

lib/stats/order.h:
