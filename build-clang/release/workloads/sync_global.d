build-clang/release/workloads/sync_global.o: workloads/sync_global.c \
  lib/workload.h

lib/workload.h:
