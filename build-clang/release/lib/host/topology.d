build-clang/release/lib/host/topology.o: lib/host/topology.c \
  lib/host/topology.h lib/base/base.h lib/workload.h \
  lib/host/hwloc_library.h

lib/host/topology.h:

lib/base/base.h:

lib/workload.h:

lib/host/hwloc_library.h:
