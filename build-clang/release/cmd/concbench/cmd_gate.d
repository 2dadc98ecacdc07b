build-clang/release/cmd/concbench/cmd_gate.o: cmd/concbench/cmd_gate.c \
  cmd/concbench/cmd.h lib/base/base.h lib/workload.h \
  cmd/concbench/gate_options.h cmd/concbench/option.h lib/base/parse.h \
  lib/gate/gate.h cmd/concbench/gate_report.h cmd/concbench/measure.h \
  cmd/concbench/lock.h cmd/concbench/progress.h \
  cmd/concbench/run_options.h lib/plan/options.h lib/exec/mode.h \
  lib/host/placement.h lib/host/allowance.h lib/host/topology.h \
  cmd/concbench/style.h lib/session/session.h lib/result/result.h \
  lib/plan/plan.h lib/exec/sample.h lib/stats/histogram.h \
  lib/host/host.h lib/host/capacity.h lib/host/limits.h \
  lib/stats/order.h cmd/concbench/stdout_json.h lib/result/gate_json.h \
  lib/session/gate_run.h lib/session/arm.h lib/result/drive_json.h \
  lib/session/driven.h

cmd/concbench/cmd.h:

lib/base/base.h:

lib/workload.h:

cmd/concbench/gate_options.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/gate/gate.h:

cmd/concbench/gate_report.h:

cmd/concbench/measure.h:

cmd/concbench/lock.h:

cmd/concbench/progress.h:

cmd/concbench/run_options.h:

lib/plan/options.h:

lib/exec/mode.h:

lib/host/placement.h:

lib/host/allowance.h:

lib/host/topology.h:

cmd/concbench/style.h:

lib/session/session.h:

lib/result/result.h:

lib/plan/plan.h:

lib/exec/sample.h:

lib/stats/histogram.h:

lib/host/host.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/stats/order.h:

cmd/concbench/stdout_json.h:

lib/result/gate_json.h:

lib/session/gate_run.h:

lib/session/arm.h:

lib/result/drive_json.h:

lib/session/driven.h:
