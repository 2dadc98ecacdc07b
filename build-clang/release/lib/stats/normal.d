build-clang/release/lib/stats/normal.o: lib/stats/normal.c \
  lib/stats/normal.h lib/base/base.h lib/workload.h

lib/stats/normal.h:

lib/base/base.h:

lib/workload.h:
