build-clang/release/lib/host/sysfile.o: lib/host/sysfile.c \
  lib/host/sysfile.h lib/base/base.h lib/workload.h

lib/host/sysfile.h:

lib/base/base.h:

lib/workload.h:
