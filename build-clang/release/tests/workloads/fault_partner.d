build-clang/release/tests/workloads/fault_partner.o: \
  tests/workloads/fault_partner.c lib/workload.h

lib/workload.h:
