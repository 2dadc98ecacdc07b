build-clang/release/lib/result/sample_json.o: lib/result/sample_json.c \
  lib/result/sample_json.h lib/base/parse.h lib/base/base.h \
  lib/workload.h lib/exec/sample.h lib/exec/mode.h lib/stats/histogram.h \
  lib/result/json.h lib/result/measured_json.h lib/result/result.h \
  lib/plan/plan.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/plan/options.h lib/host/placement.h lib/stats/order.h

lib/result/sample_json.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/stats/histogram.h:

lib/result/json.h:

lib/result/measured_json.h:

lib/result/result.h:

lib/plan/plan.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/host/placement.h:

lib/stats/order.h:
