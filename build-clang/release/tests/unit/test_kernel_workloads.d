build-clang/release/tests/unit/test_kernel_workloads.o: \
  tests/unit/test_kernel_workloads.c lib/base/param.h lib/base/parse.h \
  lib/base/base.h lib/workload.h lib/exec/io.h lib/plan/registry.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/exec/io.h:

lib/plan/registry.h:
