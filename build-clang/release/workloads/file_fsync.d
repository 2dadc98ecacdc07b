build-clang/release/workloads/file_fsync.o: workloads/file_fsync.c \
  lib/workload.h lib/workload_file.h

lib/workload.h:

lib/workload_file.h:
