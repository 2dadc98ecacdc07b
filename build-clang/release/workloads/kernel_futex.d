build-clang/release/workloads/kernel_futex.o: workloads/kernel_futex.c \
  lib/workload.h

lib/workload.h:
