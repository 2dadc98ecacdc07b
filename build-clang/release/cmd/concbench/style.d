build-clang/release/cmd/concbench/style.o: cmd/concbench/style.c \
  cmd/concbench/style.h lib/base/base.h lib/workload.h

cmd/concbench/style.h:

lib/base/base.h:

lib/workload.h:
