build-clang/release/tests/workloads/fault.o: tests/workloads/fault.c \
  lib/workload.h

lib/workload.h:
