build-clang/release/workloads/kernel_mmap.o: workloads/kernel_mmap.c \
  lib/workload.h

lib/workload.h:
