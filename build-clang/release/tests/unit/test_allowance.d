build-clang/release/tests/unit/test_allowance.o: \
  tests/unit/test_allowance.c lib/host/allowance.h lib/base/base.h \
  lib/workload.h lib/host/cgroup.h

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/cgroup.h:
