build-clang/release/workloads/mem_stream.o: workloads/mem_stream.c \
  lib/workload.h

lib/workload.h:
