build-clang/release/lib/stats/binomial.o: lib/stats/binomial.c \
  lib/stats/binomial.h lib/base/base.h lib/workload.h

lib/stats/binomial.h:

lib/base/base.h:

lib/workload.h:
