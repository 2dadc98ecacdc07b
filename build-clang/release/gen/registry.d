build-clang/release/gen/registry.o: build-clang/release/gen/registry.c \
  lib/plan/registry.h lib/workload.h

lib/plan/registry.h:

lib/workload.h:
