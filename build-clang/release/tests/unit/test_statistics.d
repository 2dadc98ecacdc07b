build-clang/release/tests/unit/test_statistics.o: \
  tests/unit/test_statistics.c lib/stats/binomial.h lib/base/base.h \
  lib/workload.h lib/stats/normal.h lib/stats/order.h \
  lib/stats/signed_rank.h tests/unit/statistics_oracle.h

lib/stats/binomial.h:

lib/base/base.h:

lib/workload.h:

lib/stats/normal.h:

lib/stats/order.h:

lib/stats/signed_rank.h:

tests/unit/statistics_oracle.h:
