build-clang/release/lib/session/gate_block.o: lib/session/gate_block.c \
  lib/session/gate_block.h lib/session/gate_run.h lib/gate/gate.h \
  lib/base/parse.h lib/base/base.h lib/workload.h lib/session/arm.h \
  lib/result/drive_json.h lib/exec/sample.h lib/exec/mode.h \
  lib/stats/histogram.h lib/session/driven.h lib/base/rng.h \
  lib/plan/calibrate.h lib/plan/plan.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/host/placement.h \
  lib/result/result.h lib/stats/order.h

lib/session/gate_block.h:

lib/session/gate_run.h:

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/session/arm.h:

lib/result/drive_json.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/stats/histogram.h:

lib/session/driven.h:

lib/base/rng.h:

lib/plan/calibrate.h:

lib/plan/plan.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/host/placement.h:

lib/result/result.h:

lib/stats/order.h:
