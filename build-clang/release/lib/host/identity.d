build-clang/release/lib/host/identity.o: lib/host/identity.c \
  lib/host/identity.h lib/base/base.h lib/workload.h lib/host/sysfile.h

lib/host/identity.h:

lib/base/base.h:

lib/workload.h:

lib/host/sysfile.h:
