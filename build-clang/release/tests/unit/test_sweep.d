build-clang/release/tests/unit/test_sweep.o: tests/unit/test_sweep.c \
  lib/plan/sweep.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/host/allowance.h lib/host/topology.h

lib/plan/sweep.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/host/allowance.h:

lib/host/topology.h:
