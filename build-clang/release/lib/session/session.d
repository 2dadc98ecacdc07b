build-clang/release/lib/session/session.o: lib/session/session.c \
  lib/host/clock.h lib/session/group_run.h lib/base/rng.h \
  lib/base/base.h lib/workload.h lib/session/session.h \
  lib/result/result.h lib/plan/plan.h lib/exec/sample.h lib/exec/mode.h \
  lib/stats/histogram.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/plan/options.h lib/base/parse.h lib/host/placement.h \
  lib/stats/order.h

lib/host/clock.h:

lib/session/group_run.h:

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:

lib/session/session.h:

lib/result/result.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/exec/mode.h:

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
