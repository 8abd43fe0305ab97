// SPDX-License-Identifier: MIT
#include "account/account_tables.h"

#include <cmath>

#include "base/clock.h"
#include "common/connection.h"
#include "common/errors.h"
#include "layer/columns.h"
#include "submit/journal.h"

namespace
{

using Kind = OGRMapflowKind;

using Entry = mf_journal_entry;

std::string SentAt(const Entry &entry)
{
    char text[MF_TIME_SIZE] = "";
    if (!std::isnan(entry.sent))
        mf_time_format(entry.sent, text);
    return text;
}

constexpr OGRMapflowColumn<Entry> COLUMNS[] = {
    {"time", Kind::Time, "when it was sent", SentAt},
    {"run", Kind::Text, "the command that sent it",
     [](const Entry &entry) { return std::string(entry.run); }},
    {"name", Kind::Text, "name of the processing", &Entry::name},
    {"state", Kind::Text, "sending, submitted, refused or unknown",
     [](const Entry &entry) { return mf_journal_state_name(entry.state); }},
    {"id", Kind::Text, "UUID of the processing",
     [](const Entry &entry) { return std::string(entry.id); }},
    {"cost", Kind::Number, "credits", &Entry::cost},
    {"project_id", Kind::Text, "UUID of the project",
     [](const Entry &entry) { return std::string(entry.project_id); }},
    {"ended", Kind::Flag, "the run has ended: a repeated command submits anew",
     [](const Entry &entry) -> int { return !std::isnan(entry.run_ended); }},
};

void AddRow(void *ctx, const Entry *entry)
{
    OGRMapflowFill(static_cast<OGRMapflowTableLayer *>(ctx)->AddRow(), COLUMNS, *entry);
}

} // namespace

std::unique_ptr<OGRMapflowTableLayer>
OGRMapflowMakeSubmissionsTable(GDALDataset *dataset, const OGRMapflowOptions &options)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "submissions", wkbNone);
    table->AddColumns(COLUMNS);
    OGRMapflowTableLayer &layer = *table;
    table->SetSource(
        [&layer, folder = options.Get("STATE_DIR"), server = OGRMapflowBaseURL(options)]
        {
            return layer.Rows().isComplete = OGRMapflowTry(mf_journal_each, folder.c_str(),
                                                           server.c_str(), AddRow, &layer);
        });
    return table;
}
