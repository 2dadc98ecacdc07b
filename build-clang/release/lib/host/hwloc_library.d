build-clang/release/lib/host/hwloc_library.o: lib/host/hwloc_library.c \
  lib/host/hwloc_library.h lib/workload.h lib/base/base.h

lib/host/hwloc_library.h:

lib/workload.h:

lib/base/base.h:
