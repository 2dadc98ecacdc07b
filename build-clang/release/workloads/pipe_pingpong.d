build-clang/release/workloads/pipe_pingpong.o: workloads/pipe_pingpong.c \
  lib/workload.h

lib/workload.h:
