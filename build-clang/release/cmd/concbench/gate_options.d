build-clang/release/cmd/concbench/gate_options.o: \
  cmd/concbench/gate_options.c cmd/concbench/gate_options.h \
  cmd/concbench/option.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/gate/gate.h cmd/concbench/cmd.h cmd/concbench/run_values.h \
  lib/session/arm.h lib/result/drive_json.h lib/exec/sample.h \
  lib/exec/mode.h lib/stats/histogram.h lib/session/driven.h

cmd/concbench/gate_options.h:

cmd/concbench/option.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/gate/gate.h:

cmd/concbench/cmd.h:

cmd/concbench/run_values.h:

lib/session/arm.h:

lib/result/drive_json.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/stats/histogram.h:

lib/session/driven.h:
