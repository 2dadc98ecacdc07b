build-clang/release/lib/result/drive_json.o: lib/result/drive_json.c \
  lib/result/drive_json.h lib/exec/sample.h lib/exec/mode.h \
  lib/base/base.h lib/workload.h lib/stats/histogram.h lib/gate/gate.h \
  lib/base/parse.h lib/base/text.h lib/result/json.h \
  lib/result/read_json.h lib/result/result.h lib/plan/plan.h \
  lib/host/host.h lib/host/allowance.h lib/host/capacity.h \
  lib/host/limits.h lib/host/topology.h lib/plan/options.h \
  lib/host/placement.h lib/stats/order.h

lib/result/drive_json.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/gate/gate.h:

lib/base/parse.h:

lib/base/text.h:

lib/result/json.h:

lib/result/read_json.h:

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
