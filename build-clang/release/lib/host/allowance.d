build-clang/release/lib/host/allowance.o: lib/host/allowance.c \
  lib/host/allowance.h lib/base/base.h lib/workload.h lib/host/cgroup.h \
  lib/host/sysfile.h

lib/host/allowance.h:

lib/base/base.h:

lib/workload.h:

lib/host/cgroup.h:

lib/host/sysfile.h:
