// The connection string: whatever is typed, and the public name of what was understood means the same.
#include <string>

#include "fuzz_common.h"
#include "common/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bool quiet = (CPLPushErrorHandler(CPLQuietErrorHandler), true);
    (void)quiet;
    const std::string name = "MAPFLOW:" + std::string(reinterpret_cast<const char *>(data), size);
    const auto options = OGRMapflowOptions::Parse(name.c_str(), nullptr);
    if (!options)
    {
        FUZZ_CHECK(CPLGetLastErrorType() == CE_Failure);
        CPLErrorReset();
        return 0;
    }
    for (const char *key : {"API_TOKEN", "CACHE", "CACHE_DIR", "AOI", "API_URL"})
        options->Get(key);
    for (const char *key : {"CACHE_SIZE", "MAX_RESULT_SIZE"})
        FUZZ_CHECK(options->GetSize(key, 1) > 0);
    options->GetBool("PARTIAL", false);

    // Without its secrets the name can be opened again, and hides nothing else.
    const auto again = OGRMapflowOptions::Parse(options->PublicName().c_str(), nullptr);
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(again->ProcessingId() == options->ProcessingId());
    FUZZ_CHECK(again->PublicName() == options->PublicName());
    FUZZ_CHECK(again->Get("API_TOKEN").empty());
    for (const char *key : {"CACHE", "CACHE_DIR", "AOI", "API_URL"})
        FUZZ_CHECK(again->Get(key) == options->Get(key));
    CPLErrorReset();
    return 0;
}
