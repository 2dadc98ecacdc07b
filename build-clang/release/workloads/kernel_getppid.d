build-clang/release/workloads/kernel_getppid.o: \
  workloads/kernel_getppid.c lib/workload.h

lib/workload.h:
