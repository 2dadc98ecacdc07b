build-clang/release/workloads/null.o: workloads/null.c lib/workload.h

lib/workload.h:
