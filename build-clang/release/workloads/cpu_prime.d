build-clang/release/workloads/cpu_prime.o: workloads/cpu_prime.c \
  lib/workload.h

lib/workload.h:
