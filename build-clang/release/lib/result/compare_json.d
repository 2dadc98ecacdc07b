build-clang/release/lib/result/compare_json.o: lib/result/compare_json.c \
  lib/result/compare_json.h lib/analyze/compare.h lib/result/stored.h \
  lib/base/base.h lib/workload.h lib/stats/shift.h lib/result/json.h

lib/result/compare_json.h:

lib/analyze/compare.h:

lib/result/stored.h:

lib/base/base.h:

lib/workload.h:

lib/stats/shift.h:

lib/result/json.h:
