build-clang/release/cmd/concbench/cmd_plan.o: cmd/concbench/cmd_plan.c \
  cmd/concbench/cell_name.h lib/plan/plan.h lib/exec/sample.h \
  lib/exec/mode.h lib/base/base.h lib/workload.h lib/stats/histogram.h \
  lib/host/host.h lib/host/allowance.h lib/host/capacity.h \
  lib/host/limits.h lib/host/topology.h lib/plan/options.h \
  lib/base/parse.h lib/host/placement.h cmd/concbench/cmd.h \
  cmd/concbench/forecast.h cmd/concbench/human.h \
  cmd/concbench/run_options.h cmd/concbench/option.h \
  cmd/concbench/style.h lib/base/text.h lib/result/list_json.h

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

cmd/concbench/cmd.h:

cmd/concbench/forecast.h:

cmd/concbench/human.h:

cmd/concbench/run_options.h:

cmd/concbench/option.h:

cmd/concbench/style.h:

lib/base/text.h:

lib/result/list_json.h:
