build-clang/release/workloads/kernel_pread.o: workloads/kernel_pread.c \
  lib/workload.h

lib/workload.h:
