build-clang/release/tests/unit/test_placement.o: \
  tests/unit/test_placement.c lib/host/placement.h lib/host/allowance.h \
  lib/base/base.h lib/workload.h lib/host/topology.h

lib/host/placement.h:

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/topology.h:
