build-clang/release/lib/stats/shift.o: lib/stats/shift.c \
  lib/stats/shift.h lib/base/base.h lib/workload.h lib/stats/beta.h

lib/stats/shift.h:

lib/base/base.h:

lib/workload.h:

lib/stats/beta.h:
