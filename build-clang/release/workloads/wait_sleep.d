build-clang/release/workloads/wait_sleep.o: workloads/wait_sleep.c \
  lib/workload.h

lib/workload.h:
