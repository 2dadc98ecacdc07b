build-clang/release/tests/unit/test_workloads.o: \
  tests/unit/test_workloads.c lib/base/param.h lib/base/parse.h \
  lib/base/base.h lib/workload.h lib/workload_file.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/workload_file.h:
