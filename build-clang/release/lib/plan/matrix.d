build-clang/release/lib/plan/matrix.o: lib/plan/matrix.c \
  lib/plan/builder.h lib/plan/plan.h lib/exec/sample.h lib/exec/mode.h \
  lib/base/base.h lib/workload.h lib/stats/histogram.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/base/parse.h \
  lib/host/placement.h lib/plan/cell.h

lib/plan/builder.h:

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

lib/plan/cell.h:
