build-clang/release/lib/base/rng.o: lib/base/rng.c lib/base/rng.h \
  lib/base/base.h lib/workload.h

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:
