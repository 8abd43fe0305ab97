// SPDX-License-Identifier: MIT
#include "account/submissions_table.h"

#include <cmath>

#include "base/clock.h"
#include "common/connection.h"
#include "common/errors.h"
#include "layer/columns.h"
#include "submit/journal.h"

namespace
{

using Kind = OGRMapflowKind;

std::string TimeOf(double seconds)
{
    char text[MF_TIME_SIZE] = "";
    if (!std::isnan(seconds))
        mf_time_format(seconds, text);
    return text;
}

std::string SentAt(const mf_journal_entry &entry)
{
    return TimeOf(entry.sent);
}

const char *RunOf(const mf_journal_entry &entry)
{
    return entry.run;
}

const char *StateOf(const mf_journal_entry &entry)
{
    return mf_journal_state_name(entry.state);
}

int HasEnded(const mf_journal_entry &entry)
{
    return !std::isnan(entry.run_ended);
}

const char *TextOrNull(const char *text)
{
    return *text != '\0' ? text : nullptr;
}

const char *IdOf(const mf_journal_entry &entry)
{
    return TextOrNull(entry.id);
}

const char *ProjectOf(const mf_journal_entry &entry)
{
    return TextOrNull(entry.project_id);
}

constexpr OGRMapflowColumn<mf_journal_entry> COLUMNS[] = {
    {"time", Kind::Time, "when it was sent", SentAt},
    {"run", Kind::Text, "the command that sent it", RunOf},
    {"name", Kind::Text, "name of the processing", &mf_journal_entry::name},
    {"state", Kind::Text, "sending, submitted, refused or unknown", StateOf},
    {"id", Kind::Text, "UUID of the processing", IdOf},
    {"cost", Kind::Number, "credits", &mf_journal_entry::cost},
    {"project_id", Kind::Text, "UUID of the project", ProjectOf},
    {"ended", Kind::Flag, "the run has ended: a repeated command submits anew"},
};

void AddRow(void *ctx, const mf_journal_entry *entry)
{
    OGRFeature &row = static_cast<OGRMapflowTableLayer *>(ctx)->AddRow();
    OGRMapflowFill(row, COLUMNS, *entry);
    row.SetField("ended", HasEnded(*entry));
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
