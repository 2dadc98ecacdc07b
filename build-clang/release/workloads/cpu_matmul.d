build-clang/release/workloads/cpu_matmul.o: workloads/cpu_matmul.c \
  lib/workload.h

lib/workload.h:
