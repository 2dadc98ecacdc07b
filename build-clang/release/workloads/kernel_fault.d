build-clang/release/workloads/kernel_fault.o: workloads/kernel_fault.c \
  lib/workload.h

lib/workload.h:
