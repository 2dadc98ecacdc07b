build-clang/release/lib/result/gate_replay.o: lib/result/gate_replay.c \
  lib/result/gate_json.h lib/gate/gate.h lib/base/parse.h \
  lib/base/base.h lib/workload.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/result/gate_tree.h lib/result/json.h lib/result/read_json.h

lib/result/gate_json.h:

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/host/host.h:

lib/host/allowance.h:

lib/host/capacity.h:

lib/host/limits.h:

lib/host/topology.h:

lib/result/gate_tree.h:

lib/result/json.h:

lib/result/read_json.h:
