build-clang/release/cmd/concbench/human.o: cmd/concbench/human.c \
  cmd/concbench/human.h lib/base/base.h lib/workload.h lib/exec/mode.h

cmd/concbench/human.h:

lib/base/base.h:

lib/workload.h:

lib/exec/mode.h:
