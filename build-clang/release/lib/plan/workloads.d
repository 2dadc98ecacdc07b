build-clang/release/lib/plan/workloads.o: lib/plan/workloads.c \
  lib/base/param.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/plan/builder.h lib/plan/plan.h lib/exec/sample.h lib/exec/mode.h \
  lib/stats/histogram.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/plan/options.h lib/host/placement.h lib/plan/cell.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/plan/builder.h:

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

lib/host/placement.h:

lib/plan/cell.h:
