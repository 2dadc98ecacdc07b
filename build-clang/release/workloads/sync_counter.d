build-clang/release/workloads/sync_counter.o: workloads/sync_counter.c \
  lib/workload.h

lib/workload.h:
