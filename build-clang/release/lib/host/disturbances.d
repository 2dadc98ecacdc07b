build-clang/release/lib/host/disturbances.o: lib/host/disturbances.c \
  lib/host/host.h lib/host/allowance.h lib/base/base.h lib/workload.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h

lib/host/host.h:

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:
