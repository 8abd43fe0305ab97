// SPDX-License-Identifier: MIT
#include "result/geometry_messages.h"

#include <algorithm>

#include "cpl_json.h"

namespace
{

constexpr int MOST_FEATURES = 1000;

struct Message
{
    CPLErr type;
    std::string text;
    int features = 0;  // number that have it
    GIntBig first = 0; // FIDs
    GIntBig last = 0;

    // The message up to what it quotes from a feature.
    std::string Kind() const { return text.substr(0, text.find(" for '")); }
};

void CPL_STDCALL Collect(CPLErr type, CPLErrorNum, const char *text)
{
    if (type != CE_Debug)
        static_cast<std::vector<Message> *>(CPLGetErrorHandlerUserData())->push_back({type, text});
}

// Returns the messages of GDAL's own parser for the geometry of a feature. Finds the member
// "geometry" in any case; the last one counts.
std::vector<Message> MessagesOf(const std::string &feature)
{
    std::vector<Message> messages;
    const CPLErrorStateBackuper before;
    CPLJSONDocument document;
    CPLJSONObject geometry;
    {
        const CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
        if (!document.LoadMemory(feature))
            return messages;
    }
    for (const CPLJSONObject &member : document.GetRoot().GetChildren())
    {
        if (EQUAL(member.GetName().c_str(), "geometry"))
            geometry = member;
    }
    const CPLErrorHandlerPusher collector(Collect, &messages);
    delete OGRGeometryFactory::createFromGeoJson(geometry);
    return messages;
}

void Count(std::vector<Message> &all, const Message &one, GIntBig fid)
{
    const auto isSame = [&](const Message &known)
    { return known.type == one.type && known.Kind() == one.Kind(); };
    auto found = std::find_if(all.begin(), all.end(), isSame);
    if (found == all.end())
    {
        all.push_back(one);
        found = all.end() - 1;
        found->first = fid;
    }
    if (found->features == 0 || found->last != fid)
        ++found->features;
    found->last = fid;
}

} // namespace

void OGRMapflowReportGeometries(const OGRMapflowResultRows &rows, const char *layer)
{
    const OGRMapflowResultSet &set = rows.Set();
    std::vector<Message> all;
    uint64_t odd = 0;
    for (uint64_t i = rows.Find(0); odd < MOST_FEATURES && odd < set.OddCount() && i < rows.End();
         i = rows.Find(i + 1))
    {
        if (set.Feature(i).is_odd == 0)
            continue;
        ++odd;
        for (const Message &message : MessagesOf(set.Text(i)))
            Count(all, message, set.FIDOf(i));
    }
    for (const Message &message : all)
        CPLError(message.type, CPLE_AppDefined,
                 "%s [layer \"%s\": %s%d feature%s, the first with FID " CPL_FRMT_GIB "]",
                 message.text.c_str(), layer, odd == MOST_FEATURES ? "at least " : "",
                 message.features, message.features == 1 ? "" : "s", message.first);
}
