build-clang/release/lib/result/result_json.o: lib/result/result_json.c \
  lib/result/result.h lib/plan/plan.h lib/exec/sample.h lib/exec/mode.h \
  lib/base/base.h lib/workload.h lib/stats/histogram.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/base/parse.h \
  lib/host/placement.h lib/stats/order.h lib/result/cell_json.h \
  lib/result/host_json.h lib/result/json.h lib/result/store.h \
  build-clang/release/gen/version.h

lib/result/result.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/base/parse.h:

lib/host/placement.h:

lib/stats/order.h:

lib/result/cell_json.h:

lib/result/host_json.h:

lib/result/json.h:

lib/result/store.h:

build-clang/release/gen/version.h:
