build-clang/release/cmd/concbench/table.o: cmd/concbench/table.c \
  cmd/concbench/table.h cmd/concbench/style.h lib/base/base.h \
  lib/workload.h lib/result/result.h lib/plan/plan.h lib/exec/sample.h \
  lib/exec/mode.h lib/stats/histogram.h lib/host/host.h \
  lib/host/allowance.h lib/host/capacity.h lib/host/limits.h \
  lib/host/topology.h lib/plan/options.h lib/base/parse.h \
  lib/host/placement.h lib/stats/order.h cmd/concbench/cell_name.h \
  cmd/concbench/human.h cmd/concbench/marks.h cmd/concbench/verdict.h

cmd/concbench/table.h:

cmd/concbench/style.h:

lib/base/base.h:

lib/workload.h:

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

cmd/concbench/cell_name.h:

cmd/concbench/human.h:

cmd/concbench/marks.h:

cmd/concbench/verdict.h:
