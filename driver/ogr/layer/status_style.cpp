// SPDX-License-Identifier: MIT
#include "layer/status_style.h"

#include "cpl_port.h"

constexpr struct
{
    const char *status;
    const char *text;
} STYLES[] = {
    {"OK", "BRUSH(fc:#1A964180);PEN(c:#1A9641,w:1px)"},
    {"FAILED", "BRUSH(fc:#D7191C80);PEN(c:#D7191C,w:1px)"},
    {"CANCELLED", "BRUSH(fc:#80808080);PEN(c:#808080,w:1px)"},
    {"CANCELED", "BRUSH(fc:#80808080);PEN(c:#808080,w:1px)"},
    {"REFUNDED", "BRUSH(fc:#A666DE80);PEN(c:#A666DE,w:1px)"},
    {"UNPROCESSED", "BRUSH(fc:#F6905380);PEN(c:#F69053,w:1px)"},
    {"AWAITING", "BRUSH(fc:#F6905380);PEN(c:#F69053,w:1px)"},
};
// In progress, and any other status that is not final.
constexpr const char *RUNNING = "BRUSH(fc:#2B83BA80);PEN(c:#2B83BA,w:1px)";

const char *OGRMapflowStatusStyle(const char *status)
{
    for (const auto &[known, text] : STYLES)
        if (EQUAL(status, known))
            return text;
    return RUNNING;
}
