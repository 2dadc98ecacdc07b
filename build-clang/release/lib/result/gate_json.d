build-clang/release/lib/result/gate_json.o: lib/result/gate_json.c \
  lib/result/gate_json.h lib/gate/gate.h lib/base/parse.h \
  lib/base/base.h lib/workload.h lib/host/host.h lib/host/allowance.h \
  lib/host/capacity.h lib/host/limits.h lib/host/topology.h \
  lib/result/gate_tree.h lib/result/json.h lib/result/host_json.h \
  build-clang/release/gen/version.h

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

lib/result/host_json.h:

build-clang/release/gen/version.h:
