build-clang/release/workloads/file_read.o: workloads/file_read.c \
  lib/workload.h lib/workload_file.h

lib/workload.h:

lib/workload_file.h:
