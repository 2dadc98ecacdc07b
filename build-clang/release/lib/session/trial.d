build-clang/release/lib/session/trial.o: lib/session/trial.c \
  lib/plan/calibrate.h lib/exec/sample.h lib/exec/mode.h lib/base/base.h \
  lib/workload.h lib/stats/histogram.h lib/session/group_run.h \
  lib/base/rng.h lib/session/session.h lib/result/result.h \
  lib/plan/plan.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/plan/options.h lib/base/parse.h lib/host/placement.h \
  lib/stats/order.h

lib/plan/calibrate.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/session/group_run.h:

lib/base/rng.h:

lib/session/session.h:

lib/result/result.h:

lib/plan/plan.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/plan/options.h:

lib/base/parse.h:

lib/host/placement.h:

lib/stats/order.h:
