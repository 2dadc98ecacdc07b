build-clang/release/tests/unit/test_topology.o: \
  tests/unit/test_topology.c lib/host/hwloc_library.h lib/workload.h \
  lib/host/topology.h lib/base/base.h

lib/host/hwloc_library.h:

lib/workload.h:

lib/host/topology.h:

lib/base/base.h:
