#include "check.h"
#include "api/client.h"
#include "api/error_codes.h"

static void check(const char *code, const char *json, const char *wanted, int line)
{
    char text[600];
    cJSON *parameters = json != NULL ? cJSON_Parse(json) : NULL;
    mf_error_code_text(code, parameters, text, sizeof text);
    cJSON_Delete(parameters);
    check_text(text, wanted, __FILE__, line);
}
#define MESSAGE(code, json, wanted) check(code, json, wanted, __LINE__)

int main(void)
{
    CHECK(mf_error_code_description("source-validator.PixelSizeTooHigh") != NULL);
    CHECK(mf_error_code_description("nothing") == NULL && mf_error_code_description(NULL) == NULL);
    MESSAGE("source-validator.PixelSizeTooHigh",
            "{\"max_res\":\"1.2\",\"level\":\"error\",\"actual_res\":\"5.6212345678\"}",
            "Pixel size is larger than the allowed maximum: the image is too coarse for the model "
            "(actual_res 5.6212, max_res 1.2, level error)");
    MESSAGE("source-validator.PixelSizeTooHigh", "{\"max_res\":1.5,\"actual_res\":null}",
            "Pixel size is larger than the allowed maximum: the image is too coarse for the model "
            "(max_res 1.5)");
    MESSAGE("dataloader.internalError", NULL, "Internal fault while loading imagery");
    MESSAGE("dataloader.internalError", "{}", "Internal fault while loading imagery");
    MESSAGE("dataloader.internalError", "[1]", "Internal fault while loading imagery");
    MESSAGE("new.Code", "{\"a\":[1,2],\"b\":{\"c\":true},\"e\":\"\"}",
            "new.Code (a [1,2], b {\"c\":true})");
    MESSAGE("new.Code", NULL, "new.Code");
    MESSAGE(NULL, "{\"a\":1}", "An error without a code (a 1)");
    MESSAGE("", NULL, "An error without a code");
    MESSAGE("x", "{\"v\":\"0.000123456\"}", "x (v 0.0001234)");
    MESSAGE("x", "{\"v\":\"12.3456789a\"}", "x (v 12.3456789a)");
    MESSAGE("x", "{\"v\":\"-1.00001\"}", "x (v -1.0000)");
    MESSAGE("source-validator.UrlBlacklisted", "{\"url\":\"https://u:p@tiles/{x}?apikey=1\"}",
            "Tile service is refused because it serves a drawn map and not imagery (url "
            "https://***@tiles/{x}?***)");
    char small[20];
    mf_error_code_text("dataloader.internalError", NULL, small, sizeof small);
    CHECK_TEXT(small, "Internal fault whil");
    char long_value[400] = "{\"v\":\"";
    memset(long_value + 6, 'y', 300);
    memcpy(long_value + 306, "\"}", 3);
    char text[600];
    cJSON *parameters = cJSON_Parse(long_value);
    mf_error_code_text("x", parameters, text, sizeof text);
    cJSON_Delete(parameters);
    CHECK(strlen(text) < 140);
    CHECK_HOLDS(text, "...)");
    return check_result();
}
