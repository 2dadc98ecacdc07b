build-clang/release/lib/result/analysis_json.o: \
  lib/result/analysis_json.c lib/result/analysis_json.h \
  lib/analyze/analyze.h lib/result/stored.h lib/base/base.h \
  lib/workload.h lib/stats/order.h lib/stats/scaling.h \
  lib/stats/solver.h lib/result/json.h

lib/result/analysis_json.h:

lib/analyze/analyze.h:

lib/result/stored.h:

lib/base/base.h:

lib/workload.h:

lib/stats/order.h:

lib/stats/scaling.h:

lib/stats/solver.h:

lib/result/json.h:
