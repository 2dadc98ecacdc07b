#define CB_VERSION "0.1.0"
#define CB_REVISION "ea83fc1"
#define CB_COMPILER "Debian clang version 14.0.6"
#define CB_FLAGS "-std=gnu17 -pthread -fno-plt -O2 -g"
