build-clang/release/lib/host/placement.o: lib/host/placement.c \
  lib/host/placement.h lib/host/allowance.h lib/base/base.h \
  lib/workload.h lib/host/topology.h

lib/host/placement.h:

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/topology.h:
