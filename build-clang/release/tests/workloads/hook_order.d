build-clang/release/tests/workloads/hook_order.o: \
  tests/workloads/hook_order.c lib/workload.h

lib/workload.h:
