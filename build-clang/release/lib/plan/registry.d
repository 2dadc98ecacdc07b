build-clang/release/lib/plan/registry.o: lib/plan/registry.c \
  lib/plan/registry.h lib/workload.h

lib/plan/registry.h:

lib/workload.h:
