build-clang/release/tests/workloads/one_cause.o: \
  tests/workloads/one_cause.c lib/workload.h

lib/workload.h:
