// SPDX-License-Identifier: MIT
#include "submit/submission_options.h"

#include <algorithm>
#include <iterator>

#include "version.h"

namespace
{

const OGRMapflowOption OPTIONS[] = {
    {"PROJECT", "string", nullptr, "UUID or name of the project. Default: the default project"},
    {"CREATE_PROJECT", "boolean", "NO", "Create the project if none has that name"},
    {"LIKE", "string", nullptr,
     "UUID of an earlier processing. Gives model, blocks, parameters and imagery that no other "
     "option specifies"},
    {"MODEL", "string", nullptr, "UUID or name of the model; its emoji may be left out"},
    {"NAME", "string", nullptr, "Name of the processing. Default: the name of the layer"},
    {"DESCRIPTION", "string", nullptr, "Description of the processing"},
    {"BLOCKS", "string", nullptr,
     "Optional blocks of the model, as in Classification,Simplification=NO"},
    {"PROVIDER", "string", nullptr, "Provider of the imagery"},
    {"ZOOM", "int", nullptr, "Zoom level of the imagery", nullptr, 0, 0, nullptr, 22},
    {"IMAGE_IDS", "string", nullptr,
     "Uploaded images by UUID, or with SEARCH_PROVIDER scenes by id, separated by commas"},
    {"MOSAIC", "string", nullptr, "UUID or name of a mosaic of uploaded images"},
    {"MOSAIC_ID", "string", nullptr, "UUID of a mosaic of uploaded images"},
    {"AOI_FROM", "string-select", "LAYER",
     "Source of the area: the polygons of the layer, or the footprint of the uploaded images",
     "LAYER,IMAGERY"},
    {"SEARCH_PROVIDER", "string", nullptr, "Provider of the scenes in IMAGE_IDS"},
    {"TILE_URL", "string", nullptr, "URL of a tile service, with {x}, {y}, {z} or {q}"},
    {"TILE_TYPE", "string-select", "XYZ", "Type of the tile service",
     "XYZ,TMS,QUADKEY,SENTINEL_L2A,LOCAL"},
    {"TILE_CRS", "string", nullptr, "EPSG:3857 or EPSG:3395"},
    {"TILE_LOGIN", "string", nullptr, "Login at the tile service"},
    {"TILE_PASSWORD", "string", nullptr, "Password at the tile service"},
    {"INFERENCE_PARAMS", "string", nullptr, "Parameters of the model, a JSON object"},
    {"META", "string", nullptr, "Strings to keep with the processing, a JSON object"},
    {"DISSOLVE", "boolean", "YES", "Merge overlapping polygons, so that no area is billed twice"},
    {"SPLIT", "string-select", "NO", "One processing for the layer, or one for each feature",
     "NO,FEATURE"},
    {"NAME_FIELD", "string", nullptr, "Field with the names of processings, for SPLIT=FEATURE"},
    {"MAX_COST", "float", nullptr,
     "Most credits that all processings of the layer may cost together"},
    {"DRY_RUN", "boolean", "NO", "Check and price everything, submit nothing"},
    {"WAIT", "boolean", "NO", "Wait for the end, and fail if a processing fails"},
    {"REPORT", "string", nullptr,
     "File, or /vsistdout/, to which one JSON line is appended for each processing"},
    {"RESUME", "boolean", "YES",
     "Take over what an earlier run that did not end has submitted, instead of sending it again"},
    {"SOURCE_ERRORS", "string-select", "REFUSE",
     "What to do after an error of the program while it writes the areas", "REFUSE,IGNORE"},
    {"JOURNAL", "boolean", "YES", "Keep a journal, so that a repeated command is not billed twice"},
};

// Options of the dataset only: which service to use, and how. They are also open options.
const char *const DATASET_OPTIONS[] = {"API_TOKEN", "API_TOKEN_FILE", "API_URL",
                                       "AUTH",      "WAIT_TIMEOUT",   "POLL_INTERVAL"};

bool IsDatasetOption(const char *name)
{
    return std::any_of(std::begin(DATASET_OPTIONS), std::end(DATASET_OPTIONS),
                       [name](const char *known) { return EQUAL(known, name); });
}

bool Refuse(const char *message)
{
    CPLError(CE_Failure, CPLE_IllegalArg, "%s Nothing is submitted.", message);
    return false;
}

bool CheckValue(const OGRMapflowOption &option, const char *value)
{
    const std::string fault = OGRMapflowFaultOf(option, value);
    return fault.empty() || Refuse(CPLSPrintf("%s=%.40s%s.", option.name, value, fault.c_str()));
}

// Copies `given` to `values`, replacing what is there. Messages about names do not repeat values: a
// secret may have been typed in the wrong place.
bool Merge(CSLConstList given, bool isDataset, CPLStringList &values)
{
    for (const char *const *item = given; item != nullptr && *item != nullptr; ++item)
    {
        const auto [name, value] = OGRMapflowNameAndValue(*item);
        if (STARTS_WITH(name.c_str(), "@"))
            continue; // GDAL's own
        if (value == nullptr)
            return Refuse("A creation option is not of the form NAME=VALUE.");
        const auto *const option = OGRMapflowFindOption(name.c_str(), OPTIONS);
        const bool ofDataset = IsDatasetOption(name.c_str());
        if (option == nullptr && !(ofDataset && isDataset))
            return Refuse(CPLSPrintf(ofDataset
                                         ? "%.40s is an option of the dataset, not of a layer."
                                         : "There is no creation option %.40s.",
                                     name.c_str()));
        // An empty value means "not set", but an empty limit must not be lifted.
        if (*value == '\0' && !EQUAL(name.c_str(), "MAX_COST"))
            continue;
        if (option != nullptr && *value != '\0' && !CheckValue(*option, value))
            return false;
        values.SetNameValue(name.c_str(), value);
    }
    return true;
}

} // namespace

OGRMapflowOptionTable OGRMapflowSubmissionOptionTable()
{
    return OPTIONS;
}

std::string OGRMapflowCreationOptionList()
{
    std::string xml = "<CreationOptionList>";
    for (const char *name : DATASET_OPTIONS)
        xml += OGRMapflowOptionXML(*OGRMapflowFindOpenOption(name));
    return xml + OGRMapflowOptionXML(OPTIONS) + "</CreationOptionList>";
}

std::string OGRMapflowLayerCreationOptionList()
{
    return "<LayerCreationOptionList>" + OGRMapflowOptionXML(OPTIONS) +
           "</LayerCreationOptionList>";
}

bool OGRMapflowSubmissionOptions::CheckDatasetOptions(CSLConstList datasetOptions)
{
    CPLStringList ignored;
    return Merge(datasetOptions, true, ignored);
}

CPLStringList OGRMapflowSubmissionOptions::ConnectionOptions(CSLConstList datasetOptions)
{
    CPLStringList options;
    for (const char *name : DATASET_OPTIONS)
        if (const char *const value = CSLFetchNameValue(datasetOptions, name))
            options.SetNameValue(name, value);
    return options;
}

std::optional<OGRMapflowSubmissionOptions>
OGRMapflowSubmissionOptions::Parse(CSLConstList datasetOptions, CSLConstList layerOptions)
{
    OGRMapflowSubmissionOptions options;
    if (!Merge(datasetOptions, true, options.m_values) ||
        !Merge(layerOptions, false, options.m_values))
        return std::nullopt;
    const bool splits = options.Is("SPLIT", "FEATURE");
    const bool hasNameField = !options.Get("NAME_FIELD").empty();
    if (hasNameField && !splits &&
        !Refuse("NAME_FIELD names the processings of SPLIT=FEATURE, which is not set."))
        return std::nullopt;
    if (hasNameField && !options.Get("NAME").empty() &&
        !Refuse("NAME and NAME_FIELD exclude each other."))
        return std::nullopt;
    if (options.TakesImageryArea() && splits &&
        !Refuse(
            "SPLIT=FEATURE cannot be combined with AOI_FROM=IMAGERY, which accepts no features."))
        return std::nullopt;
    if (options.GetBool("DRY_RUN", false) && options.GetBool("WAIT", false) &&
        !Refuse("WAIT=YES has nothing to wait for with DRY_RUN=YES."))
        return std::nullopt;
    return options;
}

mf_submission_options OGRMapflowSubmissionOptions::Core() const
{
    mf_submission_options core = {};
    const auto text = [this](const char *key) { return m_values.FetchNameValue(key); };
    core.project = text("PROJECT");
    core.create_project = GetBool("CREATE_PROJECT", false);
    core.like = text("LIKE");
    core.model = text("MODEL");
    core.blocks = text("BLOCKS");
    core.description = text("DESCRIPTION");
    core.provider = text("PROVIDER");
    core.image_ids = text("IMAGE_IDS");
    core.mosaic_id = text("MOSAIC_ID");
    core.mosaic = text("MOSAIC");
    core.search_provider = text("SEARCH_PROVIDER");
    core.tile_url = text("TILE_URL");
    core.tile_type = text("TILE_TYPE");
    core.tile_crs = text("TILE_CRS");
    core.tile_login = text("TILE_LOGIN");
    core.tile_password = text("TILE_PASSWORD");
    core.zoom = text("ZOOM");
    core.inference_params = text("INFERENCE_PARAMS");
    core.meta = text("META");
    core.max_cost = text("MAX_COST");
    core.dry_run = GetBool("DRY_RUN", false);
    core.no_resume = !GetBool("RESUME", true);
    core.version = MAPFLOW_VERSION;
    return core;
}
