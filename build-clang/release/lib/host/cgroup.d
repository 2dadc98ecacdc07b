build-clang/release/lib/host/cgroup.o: lib/host/cgroup.c \
  lib/host/cgroup.h lib/base/base.h lib/workload.h lib/host/sysfile.h

lib/host/cgroup.h:

lib/base/base.h:

lib/workload.h:

lib/host/sysfile.h:
