build-clang/release/cmd/concbench/cell_name.o: cmd/concbench/cell_name.c \
  cmd/concbench/cell_name.h lib/plan/plan.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h \
  lib/host/host.h lib/host/allowance.h lib/host/capacity.h \
  lib/host/limits.h lib/host/topology.h lib/plan/options.h \
  lib/base/parse.h lib/host/placement.h cmd/concbench/human.h

cmd/concbench/cell_name.h:

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

cmd/concbench/human.h:
