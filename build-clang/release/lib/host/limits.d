build-clang/release/lib/host/limits.o: lib/host/limits.c \
  lib/host/limits.h lib/base/base.h lib/workload.h lib/host/cgroup.h \
  lib/host/sysfile.h

lib/host/limits.h:

lib/base/base.h:

lib/workload.h:

lib/host/cgroup.h:

lib/host/sysfile.h:
