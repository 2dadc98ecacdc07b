build-clang/release/lib/base/nearest.o: lib/base/nearest.c \
  lib/base/parse.h lib/base/base.h lib/workload.h

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
