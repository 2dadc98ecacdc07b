build-clang/release/tests/unit/test_order.o: tests/unit/test_order.c \
  lib/stats/order.h lib/base/base.h lib/workload.h

lib/stats/order.h:

lib/base/base.h:

lib/workload.h:
