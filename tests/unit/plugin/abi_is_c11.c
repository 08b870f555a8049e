/* The header alone must be a C11 translation unit: this file includes nothing else. */
#include "plugin/abi/trading_server.h"

size_t c_size_of_plugin_api(void) {
    return sizeof(ctsp_plugin_api);
}

size_t c_size_of_host_api(void) {
    return sizeof(ctsp_host_api);
}

ctsp_fingerprint c_fingerprint(void) {
    const ctsp_fingerprint fingerprint = CTSP_FINGERPRINT_V1;
    return fingerprint;
}
