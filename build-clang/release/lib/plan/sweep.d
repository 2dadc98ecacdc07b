build-clang/release/lib/plan/sweep.o: lib/plan/sweep.c lib/plan/sweep.h \
  lib/base/parse.h lib/base/base.h lib/workload.h lib/host/allowance.h \
  lib/host/topology.h

lib/plan/sweep.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/host/allowance.h:

lib/host/topology.h:
