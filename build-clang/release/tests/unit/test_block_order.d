build-clang/release/tests/unit/test_block_order.o: \
  tests/unit/test_block_order.c lib/plan/order.h lib/base/rng.h \
  lib/base/base.h lib/workload.h

lib/plan/order.h:

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:
