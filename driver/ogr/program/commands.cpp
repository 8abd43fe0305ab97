// SPDX-License-Identifier: MIT
#include "program/commands.h"

#include <algorithm>

#include "account/account_dataset.h"
#include "account/find_processing.h"
#include "base/uuid.h"
#include "common/errors.h"
#include "common/waiting.h"
#include "gdal_utils.h"
#include "imagery/imagery_dataset.h"
#include "imagery/tile_cache.h"
#include "imagery/upload.h"
#include "imagery/upload_options.h"
#include "layer/processing_columns.h"
#include "program/answer.h"
#include "submit/submission_dataset.h"
#include "submit/submission_options.h"

#ifdef MF_HAS_PROGRAM

namespace
{

bool IsUUID(const std::string &text)
{
    char id[MF_UUID_SIZE];
    return mf_uuid_parse(text.c_str(), id) != 0;
}

std::string Quoted(const std::string &text, const char *quote)
{
    return quote + CPLString(text).replaceAll(quote, std::string(quote) + quote) + quote;
}

// ---- names --------------------------------------------------------------------------------------

// Parses the name of a dataset, with the open options of the call.
std::optional<OGRMapflowOptions> Parse(const OGRMapflowCall &call, const std::string &name)
{
    CPLStringList openOptions;
    for (int i = 0; i < call.values.Count(); ++i)
    {
        const std::string key(call.values[i], strcspn(call.values[i], "="));
        if (OGRMapflowFindOpenOption(key.c_str()) != nullptr)
            openOptions.AddString(call.values[i]);
    }
    return OGRMapflowOptions::Parse(name.c_str(), openOptions.List());
}

// Returns a dataset name as it is; otherwise puts the UUID or name after `kind`.
std::string DatasetName(const std::string &text, const char *kind)
{
    return OGRMapflowOptions::IsConnectionString(text.c_str())
               ? text
               : std::string("MAPFLOW:") + kind + Quoted(text, "\"");
}

// Finds the processing that the argument PROCESSING names. Returns nothing after one CPLError.
std::optional<OGRMapflowOptions> FindProcessing(const OGRMapflowCall &call)
{
    using Target = OGRMapflowOptions::Target;
    const std::string text = call.Get("PROCESSING");
    auto options = Parse(call, DatasetName(text, IsUUID(text) ? "" : "name="));
    if (!options || options->GetTarget() == Target::Processing)
        return options;
    if (options->GetTarget() == Target::Name)
    {
        const std::string id = OGRMapflowFindProcessing(*options);
        return id.empty() ? std::nullopt : std::optional(options->ForProcessing(id));
    }
    CPLError(CE_Failure, CPLE_IllegalArg, "%s is not a processing.", options->PublicName().c_str());
    return std::nullopt;
}

std::unique_ptr<OGRMapflowAccountDataset> OpenAccount(const OGRMapflowCall &call)
{
    const auto options = Parse(call, "MAPFLOW:");
    return options ? OGRMapflowAccountDataset::Open(*options, GA_ReadOnly) : nullptr;
}

// ---- lists --------------------------------------------------------------------------------------

using Rows = std::vector<OGRFeatureUniquePtr>;

// Reads the rows that pass a filter, without their geometries. Returns false after one CPLError.
bool Read(OGRLayer *layer, const std::string &where, Rows &rows)
{
    const unsigned before = OGRMapflowErrorCount();
    const char *const ignored[] = {"OGR_GEOMETRY", nullptr};
    layer->SetIgnoredFields(ignored); // each area costs a request
    if (layer->SetAttributeFilter(where.empty() ? nullptr : where.c_str()) != OGRERR_NONE)
        return false;
    for (auto &row : *layer)
        rows.push_back(std::move(row));
    return OGRMapflowErrorCount() == before;
}

void Answer(OGRMapflowCall &call, const Rows &rows)
{
    for (const auto &row : rows)
        call.rows.Add(OGRMapflowObjectOf(*row));
}

// Answers with the rows of a statement's result, and releases it. nullptr is a failure.
bool AnswerResultSet(OGRMapflowCall &call, GDALDataset &dataset, OGRLayer *result)
{
    if (result == nullptr)
        return false;
    Rows rows;
    const bool isRead = Read(result, "", rows);
    Answer(call, rows);
    dataset.ReleaseResultSet(result);
    return isRead;
}

// Restricts rows to those of the argument PROJECT, if it was given. Returns false after one
// CPLError.
bool AddProject(const OGRMapflowCall &call, OGRMapflowAccountDataset &account, std::string &where)
{
    Rows rows;
    const std::string text = call.Get("PROJECT");
    if (text.empty())
        return true;
    const char *const column = IsUUID(text) ? "id" : "name";
    const std::string quoted = Quoted(text, "'");
    if (!Read(account.GetLayerByName("projects"), column + (" = " + quoted), rows))
        return false;
    if (rows.size() == 1)
        where = "project_id = '" + OGRMapflowText(*rows[0], "id") + "'";
    else if (rows.empty())
        CPLError(CE_Failure, CPLE_IllegalArg, "There is no project %.100s.", quoted.c_str());
    else
        CPLError(CE_Failure, CPLE_IllegalArg, "%d projects are called %.100s: name one by its id.",
                 static_cast<int>(rows.size()), quoted.c_str());
    return rows.size() == 1;
}

// Answers with the rows of a layer of the account, in the project if that argument was given.
bool ListRows(OGRMapflowCall &call, const char *layer)
{
    Rows rows;
    std::string where;
    const auto account = OpenAccount(call);
    if (account == nullptr || !AddProject(call, *account, where) ||
        !Read(account->GetLayerByName(layer), where, rows))
        return false;
    Answer(call, rows);
    return true;
}

// Lists the newest first.
bool List(OGRMapflowCall &call)
{
    Rows rows;
    std::string where;
    const auto account = OpenAccount(call);
    if (account == nullptr || !AddProject(call, *account, where))
        return false;
    const std::string status = call.Get("STATUS");
    if (!status.empty())
        where += (where.empty() ? "" : " AND ") + ("status = " + Quoted(status, "'"));
    if (!Read(account->GetLayerByName("processings"), where, rows))
        return false;
    const auto isNewer = [](const auto &a, const auto &b)
    { return OGRMapflowText(*a, "created") > OGRMapflowText(*b, "created"); };
    std::stable_sort(rows.begin(), rows.end(), isNewer);
    const std::string limit = call.Get("LIMIT");
    if (!limit.empty())
        rows.resize(std::min(rows.size(), static_cast<size_t>(atoi(limit.c_str()))));
    Answer(call, rows);
    return true;
}

bool Search(OGRMapflowCall &call)
{
    const auto options = Parse(call, "MAPFLOW:search");
    if (options && call.box.empty() && options->Get("SEARCH_AOI").empty())
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "No area is given: specify a box with --bbox, or polygons with --search-aoi.");
        return false;
    }
    const auto dataset = options ? OGRMapflowImageryDataset::OpenSearch(*options) : nullptr;
    if (dataset == nullptr)
        return false;
    std::string statement = "SELECT * FROM scenes";
    if (const std::string where = call.Get("WHERE"); !where.empty())
        statement += " WHERE (" + where + ')';
    statement += " ORDER BY acquired DESC";
    if (const std::string limit = call.Get("LIMIT"); !limit.empty())
        statement += " LIMIT " + limit;
    OGRPolygon box;
    if (!call.box.empty())
        box = OGRPolygon(call.box[0], call.box[1], call.box[2], call.box[3]);
    return AnswerResultSet(
        call, *dataset,
        dataset->ExecuteSQL(statement.c_str(), call.box.empty() ? nullptr : &box, nullptr));
}

// ---- one processing -----------------------------------------------------------------------------

// Reads the processing, and waits for its end if asked to. An end without a result is a failure,
// with an answer.
bool Status(OGRMapflowCall &call)
{
    const auto options = FindProcessing(call);
    if (!options || !OGRMapflowMayAsk(*options, "The status"))
        return false;
    const OGRMapflowClient client = OGRMapflowConnect(*options);
    OGRMapflowOwned<mf_processing_free> processing;
    if (client == nullptr || !OGRMapflowTry(mf_processing_get, &processing, client.get(),
                                            options->ProcessingId().c_str()))
        return false;
    bool done = true;
    if (options->GetBool("WAIT", false))
    {
        OGRMapflowWaiter waiter;
        waiter.Read(*options, client.get());
        waiter.ReportTo(call.progress, call.progressData);
        done = waiter.Wait(client.get(), processing) &&
               OGRMapflowTry(mf_processing_check_result, &processing, false, false);
    }
    OGRMapflowTableLayer table(nullptr, "processing", wkbNone);
    table.AddColumns(MAPFLOW_PROCESSING_COLUMNS);
    OGRFeature &row = table.AddRow();
    OGRMapflowFill(row, MAPFLOW_PROCESSING_COLUMNS, processing);
    call.rows.Add(OGRMapflowObjectOf(row));
    return done;
}

// Runs a verb of ExecuteSQL, with the processing and those of these arguments that were given.
template <class... Names> bool Change(OGRMapflowCall &call, const char *verb, Names... names)
{
    const auto options = FindProcessing(call);
    if (!options)
        return false;
    std::vector<std::string> arguments{options->ProcessingId()};
    for (const char *name : std::initializer_list<const char *>{names...})
        if (call.values.FetchNameValue(name) != nullptr)
            arguments.push_back(call.Get(name));
    const auto wanted = OGRMapflowMakeVerb(verb, std::move(arguments));
    // The token and the server may be in the name of the processing.
    const auto account =
        wanted ? OGRMapflowAccountDataset::Open(options->ForAccount(), GA_Update) : nullptr;
    return account != nullptr && AnswerResultSet(call, *account, account->RunVerb(*wanted));
}

// ---- submissions and uploads --------------------------------------------------------------------

// Adds a report in memory to the creation options. Its lines become the answer.
class Report
{
  public:
    explicit Report(OGRMapflowCall &call)
        : m_call(call), m_path(VSIMemGenerateHiddenFilename("report.jsonl"))
    {
        m_call.values.SetNameValue("REPORT", m_path.c_str());
    }
    ~Report()
    {
        vsi_l_offset size = 0;
        const GByte *const bytes = VSIGetMemFileBuffer(m_path.c_str(), &size, FALSE);
        Read(std::string(bytes, bytes + size));
        VSIUnlink(m_path.c_str());
    }
    CPL_DISALLOW_COPY_ASSIGN(Report)

  private:
    void Read(const std::string &text)
    {
        const CPLStringList lines(CSLTokenizeString2(text.c_str(), "\n", 0));
        for (const char *line : lines)
            if (CPLJSONDocument json; json.LoadMemory(line))
                m_call.rows.Add(json.GetRoot());
    }

    OGRMapflowCall &m_call;
    const std::string m_path;
};

// Copies layers as ogr2ogr does.
bool CopyLayers(OGRMapflowCall &call, GDALDataset &target)
{
    CPLStringList words;
    for (const std::string &layer : call.layers)
        words.AddString(layer.c_str());
    const OGRMapflowPtr<GDALVectorTranslateOptionsFree> options(
        GDALVectorTranslateOptionsNew(words.List(), nullptr));
    GDALDatasetH source = GDALDataset::ToHandle(call.source);
    int isMisused = FALSE;
    return options != nullptr && GDALVectorTranslate(nullptr, GDALDataset::ToHandle(&target), 1,
                                                     &source, options.get(), &isMisused) != nullptr;
}

// The area is the footprint of the imagery.
bool CreateEmptyLayer(const OGRMapflowCall &call, GDALDataset &target)
{
    if (EQUAL(call.Get("AOI_FROM").c_str(), "IMAGERY"))
        return target.CreateLayer(call.Get("NAME").c_str(), nullptr, wkbNone) != nullptr;
    CPLError(
        CE_Failure, CPLE_IllegalArg,
        "No areas are given: name the dataset that holds them, or the footprint of uploaded images "
        "by --aoi-from=IMAGERY. Nothing is submitted.");
    return false;
}

bool Submit(OGRMapflowCall &call)
{
    const Report report(call);
    const std::unique_ptr<GDALDataset> target(
        GetGDALDriverManager()->GetDriverByName("MAPFLOW")->Create(
            "MAPFLOW:new", 0, 0, 0, GDT_Unknown, call.values.List()));
    auto *const submissions = dynamic_cast<OGRMapflowSubmissionDataset *>(target.get());
    if (submissions == nullptr)
        return false;
    submissions->ReportTo(call.progress, call.progressData); // copying ends with FlushCache
    if (!(call.source != nullptr ? CopyLayers(call, *target) : CreateEmptyLayer(call, *target)))
        return false;
    return target->FlushCache(false) == CE_None;
}

bool Upload(OGRMapflowCall &call)
{
    const std::string name = DatasetName(call.Get("MOSAIC"), "mosaic=");
    call.values.SetNameValue("MOSAIC", nullptr);
    const Report report(call);
    const std::unique_ptr<GDALDataset> image(OGRMapflowUpload(
        name.c_str(), call.source, TRUE, call.values.List(), call.progress, call.progressData));
    return image != nullptr;
}

// ---- the cache ----------------------------------------------------------------------------------

bool MeasureCache(OGRMapflowCall &call, bool clears)
{
    const auto options = Parse(call, "MAPFLOW:");
    OGRMapflowCacheOptions cache;
    mf_cache_usage usage;
    if (!options || !cache.Read(*options) ||
        !OGRMapflowTry(clears ? mf_cache_clear : mf_cache_measure, cache.Directory(), &usage))
        return false;
    CPLJSONObject row;
    row.Add("folder", OGRMapflowTaken(mf_cache_folder(cache.Directory()), free));
    row.Add("results", static_cast<GInt64>(usage.results));
    row.Add("areas", static_cast<GInt64>(usage.areas));
    row.Add("bytes", static_cast<GInt64>(usage.bytes));
    row.Add("tile_bytes", static_cast<GInt64>(OGRMapflowMeasureTiles(cache, clears)));
    if (!clears)
        row.Add("limit", static_cast<GInt64>(cache.size));
    call.rows.Add(row);
    return true;
}

// ---- the table ----------------------------------------------------------------------------------

constexpr unsigned FIRST = MAPFLOW_POSITIONAL | MAPFLOW_REQUIRED;

const OGRMapflowOption PROCESSING[] = {
    {"PROCESSING", "string", nullptr, "UUID or name of the processing", nullptr, 0, FIRST}};
const OGRMapflowOption STATUS[] = {
    PROCESSING[0], {"WAIT", "boolean", "NO", "Wait for the end, and fail when there is no result"}};
const OGRMapflowOption RATING[] = {
    PROCESSING[0],
    {"RATING", "int", nullptr, "How good the result is", nullptr, 1, FIRST, nullptr, 5},
    {"COMMENT", "string", nullptr, "What is good or bad"}};
const OGRMapflowOption REJECTION[] = {
    PROCESSING[0],
    {"COMMENT", "string", nullptr, "What must become better", nullptr, 0, MAPFLOW_REQUIRED}};
const OGRMapflowOption OF_PROJECT[] = {
    {"PROJECT", "string", nullptr, "UUID or name of a project. Default: all"}};
const OGRMapflowOption LISTING[] = {
    OF_PROJECT[0],
    {"STATUS", "string", nullptr, "Only processings with this status, as FAILED"},
    {"LIMIT", "int", nullptr, "So many at most", nullptr, 1}};
const OGRMapflowOption SEARCHING[] = {
    {"WHERE", "string", nullptr, "Condition, as \"cloud_cover < 10\""},
    {"LIMIT", "int", nullptr, "So many at most, the newest", nullptr, 1}};
const OGRMapflowOption TARGET[] = {
    {"MOSAIC", "string", nullptr, "UUID or name of the mosaic", nullptr, 0, FIRST}};

using Call = OGRMapflowCall;

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"

std::vector<OGRMapflowCommand> MakeCommands()
{
    std::vector<OGRMapflowCommand> all;
    const auto add = [&all](const char *path, const char *description, const char *examples,
                            bool (*run)(OGRMapflowCall &)) -> OGRMapflowCommand &
    {
        all.push_back({path, description, examples, run});
        return all.back();
    };
    {
        auto &c = add("status", "Show the state of a processing, or wait for its end",
                      "status " ID "\nstatus " ID " --wait --quiet -f json", Status);
        c.own = STATUS;
        c.openOptions = "WAIT_TIMEOUT,POLL_INTERVAL";
        c.reportsProgress = true;
    }
    {
        auto &c = add("submit", "Submit polygons for processing",
                      "submit district.gpkg --model Buildings --provider Mapbox --zoom 18 "
                      "--max-cost 200 --dry-run\n"
                      "submit --mosaic \"Quarry flights\" --aoi-from IMAGERY --name Quarry "
                      "--model Buildings --max-cost 50",
                      Submit);
        c.openOptions = "WAIT_TIMEOUT,POLL_INTERVAL";
        c.creationOptions = OGRMapflowSubmissionOptionTable;
        c.source = GDAL_OF_VECTOR;
        c.needsSource = false;
        c.reportsProgress = true;
        c.columns = "id,name,status,cost,areaKm2,aoiCount,dryRun";
    }
    {
        auto &c = add("models", "List the models that the account can run",
                      "models\nmodels --project \"Urban Analysis\" -f json",
                      [](Call &call) { return ListRows(call, "models"); });
        c.own = OF_PROJECT;
        c.columns = "name,price_per_km2,project,id";
    }
    add("providers", "List the providers of imagery", "providers",
        [](Call &call) { return ListRows(call, "providers"); })
        .columns = "name,kind,min_area_km2,display_name";
    {
        auto &c = add("list", "List processings, the newest first",
                      "list --limit 20\nlist --project \"Urban Analysis\" --status FAILED", List);
        c.own = LISTING;
        c.columns = "id,status,percent,created,cost,model,name";
    }
    add("restart", "Run a failed processing again", "restart " ID,
        [](Call &call) { return Change(call, "RESTART"); })
        .own = PROCESSING;
    add("rate", "Rate a result, from 1 to 5", "rate " ID " 4 --comment \"roofs are fine\"",
        [](Call &call) { return Change(call, "RATE", "RATING", "COMMENT"); })
        .own = RATING;
    add("accept", "Accept a result in review", "accept " ID,
        [](Call &call) { return Change(call, "ACCEPT"); })
        .own = PROCESSING;
    add("reject", "Reject a result in review, for rework",
        "reject " ID " --comment \"the harbour is missing\"",
        [](Call &call) { return Change(call, "REJECT", "COMMENT"); })
        .own = REJECTION;
    {
        auto &c = add("upload", "Upload a raster into a mosaic",
                      "upload ortho.tif \"Quarry flights\" --tags quarry,2026 --wait", Upload);
        c.own = TARGET;
        c.openOptions = "WAIT_TIMEOUT";
        c.creationOptions = OGRMapflowUploadOptionTable;
        c.source = GDAL_OF_RASTER;
        c.reportsProgress = true;
    }
    {
        auto &c = add("search", "Search the catalogue for scenes, the newest first",
                      "search --bbox 4.4,52.1,4.6,52.2 --where \"cloud_cover < 10\" --limit 5\n"
                      "search --search-aoi district.gpkg -f json",
                      Search);
        c.own = SEARCHING;
        c.openOptions = "SEARCH_AOI";
        c.takesBox = true;
        c.columns = "id,provider,acquired,cloud_cover,resolution,aoi_intersection";
    }
    add("cache info", "Show what the cache holds", "cache info",
        [](Call &call) { return MeasureCache(call, false); })
        .openOptions = "CACHE_DIR";
    add("cache clear", "Empty the cache", "cache clear",
        [](Call &call) { return MeasureCache(call, true); })
        .openOptions = "CACHE_DIR";
    return all;
}

} // namespace

const std::vector<OGRMapflowCommand> &OGRMapflowCommands()
{
    static const std::vector<OGRMapflowCommand> commands = MakeCommands();
    return commands;
}

const OGRMapflowCommand *OGRMapflowFindCommand(const std::string &path)
{
    for (const OGRMapflowCommand &command : OGRMapflowCommands())
        if (path == command.path)
            return &command;
    return nullptr;
}

#endif
