build-clang/release/lib/stats/signed_rank.o: lib/stats/signed_rank.c \
  lib/stats/signed_rank.h lib/base/base.h lib/workload.h

lib/stats/signed_rank.h:

lib/base/base.h:

lib/workload.h:
