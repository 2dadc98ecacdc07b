build-clang/release/gen/registry-test.o: \
  build-clang/release/gen/registry-test.c lib/plan/registry.h \
  lib/workload.h

lib/plan/registry.h:

lib/workload.h:
