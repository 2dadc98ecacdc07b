build-clang/release/workloads/kernel_open.o: workloads/kernel_open.c \
  lib/workload.h

lib/workload.h:
