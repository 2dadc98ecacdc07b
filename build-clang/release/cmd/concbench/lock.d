build-clang/release/cmd/concbench/lock.o: cmd/concbench/lock.c \
  cmd/concbench/lock.h lib/base/base.h lib/workload.h

cmd/concbench/lock.h:

lib/base/base.h:

lib/workload.h:
