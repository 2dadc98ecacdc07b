build-clang/release/lib/plan/order.o: lib/plan/order.c lib/plan/order.h \
  lib/base/rng.h lib/base/base.h lib/workload.h

lib/plan/order.h:

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:
