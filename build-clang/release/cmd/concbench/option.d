build-clang/release/cmd/concbench/option.o: cmd/concbench/option.c \
  cmd/concbench/option.h lib/base/parse.h lib/base/base.h lib/workload.h \
  cmd/concbench/human.h lib/exec/mode.h

cmd/concbench/option.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/human.h:

lib/exec/mode.h:
