build-clang/release/lib/host/capacity.o: lib/host/capacity.c \
  lib/host/capacity.h lib/base/base.h lib/workload.h lib/host/clock.h

lib/host/capacity.h:

lib/base/base.h:

lib/workload.h:

lib/host/clock.h:
