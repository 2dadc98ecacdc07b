build-clang/release/lib/stats/histogram.o: lib/stats/histogram.c \
  lib/stats/histogram.h lib/base/base.h lib/workload.h

lib/stats/histogram.h:

lib/base/base.h:

lib/workload.h:
