build-clang/release/cmd/concbench/stdout_json.o: \
  cmd/concbench/stdout_json.c cmd/concbench/stdout_json.h \
  cmd/concbench/cmd.h lib/base/base.h lib/workload.h

cmd/concbench/stdout_json.h:

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:
