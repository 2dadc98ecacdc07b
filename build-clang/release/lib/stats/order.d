build-clang/release/lib/stats/order.o: lib/stats/order.c \
  lib/stats/order.h lib/base/base.h lib/workload.h

lib/stats/order.h:

lib/base/base.h:

lib/workload.h:
