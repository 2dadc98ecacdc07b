build-clang/release/lib/gate/judge.o: lib/gate/judge.c lib/gate/gate.h \
  lib/base/parse.h lib/base/base.h lib/workload.h lib/stats/normal.h \
  lib/stats/order.h lib/stats/signed_rank.h

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/stats/normal.h:

lib/stats/order.h:

lib/stats/signed_rank.h:
