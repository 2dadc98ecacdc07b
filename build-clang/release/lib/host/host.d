build-clang/release/lib/host/host.o: lib/host/host.c lib/host/host.h \
  lib/host/allowance.h lib/base/base.h lib/workload.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/host/clock.h lib/host/identity.h lib/host/sysfile.h

lib/host/host.h:

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/host/clock.h:

lib/host/identity.h:

lib/host/sysfile.h:
