build-clang/release/cmd/concbench/table_hint.o: \
  cmd/concbench/table_hint.c cmd/concbench/table_hint.h lib/base/parse.h \
  lib/base/base.h lib/workload.h

cmd/concbench/table_hint.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
