build-clang/release/cmd/concbench/gate_report.o: \
  cmd/concbench/gate_report.c cmd/concbench/gate_report.h \
  lib/gate/gate.h lib/base/parse.h lib/base/base.h lib/workload.h

cmd/concbench/gate_report.h:

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
