// SPDX-License-Identifier: MIT
#include "imagery/scene_filter.h"

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "common/owned.h"
#include "common/unix_time.h"
#include "layer/columns.h"
#include "ogr_swq.h"

namespace
{

// ---- constants ----------------------------------------------------------------------------------

std::optional<double> NumberOf(const swq_expr_node &node)
{
    if (node.eNodeType != SNT_CONSTANT || node.is_null)
        return std::nullopt;
    if (node.field_type == SWQ_FLOAT && std::isfinite(node.float_value))
        return node.float_value;
    if (node.field_type == SWQ_INTEGER || node.field_type == SWQ_INTEGER64)
        return static_cast<double>(node.int_value);
    return std::nullopt;
}

const char *TextOf(const swq_expr_node &node)
{
    const bool isText = node.eNodeType == SNT_CONSTANT && !node.is_null &&
                        node.string_value != nullptr &&
                        (node.field_type == SWQ_STRING || node.field_type == SWQ_TIMESTAMP ||
                         node.field_type == SWQ_DATE);
    return isText ? node.string_value : nullptr;
}

// Parses a time as OGR does and returns seconds since 1970. `margin`, in seconds, allows for three
// things: GDAL versions differ in whether comparisons respect time zones, fractions of a second are
// dropped, and a server may exclude the ends of a range.
std::optional<double> TimeOf(const swq_expr_node &node, double &margin)
{
    OGRField field;
    const char *const text = TextOf(node);
    const OGRMapflowQuiet quiet;
    if (text == nullptr || !OGRParseDate(text, &field, 0))
        return std::nullopt;
    margin = OGRMapflowZone(field) == 0 ? 2 : 86400;
    return static_cast<double>(OGRMapflowUnixTime(field));
}

// ---- comparisons --------------------------------------------------------------------------------

// The limits of a column from the conditions so far; NaN: no limit.
struct Bounds
{
    double low = NAN, high = NAN;

    void AtLeast(double value) { low = low >= value ? low : value; }
    void AtMost(double value) { high = high <= value ? high : value; }
};

class Reader
{
  public:
    explicit Reader(const OGRFeatureDefn &defn) : m_defn(defn) {}

    void Collect(const swq_expr_node &node)
    {
        if (node.eNodeType != SNT_OPERATION)
            return;
        if (node.nOperation == SWQ_AND)
        {
            for (int i = 0; i < node.nSubExprCount; ++i)
                Collect(*node.papoSubExpr[i]);
        }
        else if (node.nOperation == SWQ_IN)
            AddList(node);
        else if (node.nOperation == SWQ_BETWEEN && node.nSubExprCount == 3)
        {
            Add(*node.papoSubExpr[0], SWQ_GE, *node.papoSubExpr[1]);
            Add(*node.papoSubExpr[0], SWQ_LE, *node.papoSubExpr[2]);
        }
        else if (node.nSubExprCount == 2)
            AddComparison(node);
    }

    OGRMapflowSceneFilter Result()
    {
        OGRMapflowSceneFilter filter;
        const Bounds acquired = m_bounds["acquired"], resolution = m_bounds["resolution"];
        filter.acquired[0] = acquired.low;
        filter.acquired[1] = acquired.high;
        filter.resolution[0] = resolution.low > 0 ? resolution.low : NAN;
        filter.resolution[1] = resolution.high > 0 ? resolution.high : NAN;
        filter.maxCloudCover = PercentOf(m_bounds["cloud_cover"].high);
        // The server rounds percentages after filtering.
        filter.minIntersection = PercentOf(m_bounds["aoi_intersection"].low - 0.1);
        SetAngle(m_bounds["off_nadir"], filter);
        filter.providers = m_texts["provider"];
        filter.productTypes = TypesOf(m_texts["product_type"]);
        return filter;
    }

  private:
    // Returns "" when the node is not a column.
    std::string ColumnOf(const swq_expr_node &node) const
    {
        const bool isColumn = node.eNodeType == SNT_COLUMN && node.table_index == 0 &&
                              node.field_index >= 0 && node.field_index < m_defn.GetFieldCount();
        return isColumn ? m_defn.GetFieldDefn(node.field_index)->GetNameRef() : "";
    }

    static int Mirrored(int operation)
    {
        return operation == SWQ_LT   ? SWQ_GT
               : operation == SWQ_LE ? SWQ_GE
               : operation == SWQ_GT ? SWQ_LT
               : operation == SWQ_GE ? SWQ_LE
                                     : operation;
    }

    void AddComparison(const swq_expr_node &node)
    {
        const swq_expr_node &left = *node.papoSubExpr[0], &right = *node.papoSubExpr[1];
        if (right.eNodeType == SNT_COLUMN)
            Add(right, Mirrored(node.nOperation), left);
        else
            Add(left, node.nOperation, right);
    }

    void Add(const swq_expr_node &column, int operation, const swq_expr_node &constant)
    {
        const std::string name = ColumnOf(column);
        const char *const text = TextOf(constant);
        double margin = 0;
        const auto value = name == "acquired" ? TimeOf(constant, margin) : NumberOf(constant);
        if (operation == SWQ_EQ && text != nullptr && *text != '\0' && m_texts[name].Count() == 0)
            m_texts[name].AddString(text);
        if (!value)
            return;
        if (operation == SWQ_GT || operation == SWQ_GE || operation == SWQ_EQ)
            m_bounds[name].AtLeast(*value - margin);
        if (operation == SWQ_LT || operation == SWQ_LE || operation == SWQ_EQ)
            m_bounds[name].AtMost(*value + margin);
    }

    // column IN ('a', 'b')
    void AddList(const swq_expr_node &node)
    {
        CPLStringList texts;
        for (int i = 1; i < node.nSubExprCount; ++i)
        {
            const char *const text = TextOf(*node.papoSubExpr[i]);
            if (text == nullptr || *text == '\0')
                return;
            texts.AddString(text);
        }
        CPLStringList &known = m_texts[ColumnOf(*node.papoSubExpr[0])];
        if (known.Count() == 0)
            known = texts;
    }

    // The server refuses percentages outside 0 to 100. Such a limit excludes nothing or everything,
    // so it is not pushed.
    static double PercentOf(double value) { return value >= 0 && value <= 100 ? value : NAN; }

    // The service seems to compare absolute values (imagery notes 8.3, inferred). Only limits that
    // are also right for signed values are pushed.
    static void SetAngle(const Bounds &bounds, OGRMapflowSceneFilter &filter)
    {
        const double farthest = std::max(std::fabs(bounds.low), std::fabs(bounds.high));
        if (bounds.low > 0 && bounds.low <= 90)
            filter.angle[0] = bounds.low;
        if (!std::isnan(bounds.low + bounds.high) && farthest <= 90)
            filter.angle[1] = farthest;
    }

    // The service has two types. How it classifies any other word is not known, so nothing is
    // pushed.
    static CPLStringList TypesOf(const CPLStringList &words)
    {
        CPLStringList types;
        for (int i = 0; i < words.Count(); ++i)
        {
            if (!EQUAL(words[i], "IMAGE") && !EQUAL(words[i], "MOSAIC"))
                return {};
            types.AddString(CPLString(words[i]).toupper());
        }
        return types;
    }

    const OGRFeatureDefn &m_defn;
    std::map<std::string, Bounds> m_bounds{};       // by column
    std::map<std::string, CPLStringList> m_texts{}; // by column: it equals one of these
};

// Formats whole seconds as the service's own client does. Returns nullptr for NaN.
const char *Format(double seconds, char text[MF_TIME_SIZE])
{
    mf_time_format(seconds, text);
    char *const point = strchr(text, '.');
    if (point == nullptr)
        return nullptr;
    memcpy(point, "Z", 2);
    return text;
}

} // namespace

OGRMapflowSceneFilter OGRMapflowSceneFilter::Read(OGRFeatureQuery *query,
                                                  const OGRFeatureDefn &defn)
{
    Reader reader(defn);
    const auto *const root =
        query != nullptr ? static_cast<const swq_expr_node *>(query->GetSWQExpr()) : nullptr;
    if (root != nullptr)
        reader.Collect(*root);
    return reader.Result();
}

void OGRMapflowSceneFilter::Use(const std::function<void(const mf_scene_filter &)> &use) const
{
    char from[MF_TIME_SIZE], to[MF_TIME_SIZE];
    const mf_str_list providerList = OGRMapflowListOf(providers);
    const mf_str_list typeList = OGRMapflowListOf(productTypes);
    mf_scene_filter filter;
    mf_scene_filter_init(&filter);
    filter.acquired_from = Format(acquired[0], from);
    filter.acquired_to = Format(acquired[1], to);
    filter.min_resolution = resolution[0];
    filter.max_resolution = resolution[1];
    filter.max_cloud_cover = maxCloudCover;
    filter.min_aoi_intersection = minIntersection;
    filter.min_off_nadir = angle[0];
    filter.max_off_nadir = angle[1];
    filter.providers = &providerList;
    filter.product_types = &typeList;
    use(filter);
}

std::string OGRMapflowSceneFilter::Text() const
{
    std::string text;
    Use(
        [&text](const mf_scene_filter &filter)
        {
            cJSON *const members = mf_scene_filter_add_to(cJSON_CreateObject(), &filter);
            text = OGRMapflowTaken(cJSON_PrintUnformatted(members), cJSON_free);
            cJSON_Delete(members);
        });
    return text;
}

// ---- order --------------------------------------------------------------------------------------

namespace
{

struct Sortable
{
    const char *column;
    const char *token;
    bool isCertain; // the service sorts by it as OGR does
};

constexpr Sortable SORTABLE[] = {
    {"provider", "PROVIDER_NAME", false},     {"satellite", "SAT_ID", false},
    {"cloud_cover", "CLOUD_COVER", true},     {"off_nadir", "OFF_NADIR_ANGLE", false},
    {"acquired", "ACQUISITION_DATE", true},   {"zoom", "ZOOM", false},
    {"resolution", "PIXEL_RESOLUTION", true},
};

// Whether each row of the result is a row of the layer.
bool SelectsRows(const swq_select &select, const OGRFeatureDefn &defn)
{
    bool isPlain = select.query_mode != SWQM_DISTINCT_LIST && select.table_count == 1 &&
                   select.join_count == 0 && select.poOtherSelect == nullptr &&
                   EQUAL(select.table_defs[0].table_name, defn.GetName());
    for (int i = 0; isPlain && i < OGRMapflowResultColumns(select, 0); ++i)
        isPlain =
            select.column_defs[i].col_func == SWQCF_NONE && !select.column_defs[i].distinct_flag;
    return isPlain;
}

} // namespace

// OGR SQL sorts rows without a value as the lowest, the service anywhere. So reading can stop early
// only in a descending order, where such rows come last.
OGRMapflowSceneOrder OGRMapflowSceneOrder::Read(const char *statement, OGRFeatureDefn &defn)
{
    OGRMapflowSceneOrder order;
    swq_select select;
    const OGRMapflowQuiet quiet;
    if (!STARTS_WITH_CI(statement + strspn(statement, " \t\r\n"), "SELECT") ||
        select.preparse(statement, TRUE) != CE_None || !SelectsRows(select, defn) ||
        select.order_specs != 1)
        return order;
    const auto *const found =
        std::find_if(std::begin(SORTABLE), std::end(SORTABLE),
                     [&select](const Sortable &sortable)
                     { return EQUAL(sortable.column, select.order_defs[0].field_name); });
    if (found == std::end(SORTABLE))
        return order;
    order.token = found->token;
    order.isDescending = select.order_defs[0].ascending_flag == 0;
    order.column = defn.GetFieldIndex(found->column);
    if (found->isCertain && order.isDescending && select.limit >= 0)
        order.enough = select.limit + std::max<GIntBig>(select.offset, 0);
    return order;
}
