build-clang/release/workloads/cpu_deflate.o: workloads/cpu_deflate.c \
  lib/workload.h

lib/workload.h:
