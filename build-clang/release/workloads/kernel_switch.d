build-clang/release/workloads/kernel_switch.o: workloads/kernel_switch.c \
  lib/workload.h

lib/workload.h:
