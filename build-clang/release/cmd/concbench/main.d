build-clang/release/cmd/concbench/main.o: cmd/concbench/main.c \
  cmd/concbench/cmd.h lib/base/base.h lib/workload.h lib/base/parse.h \
  build-clang/release/gen/version.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

lib/base/parse.h:

build-clang/release/gen/version.h:
