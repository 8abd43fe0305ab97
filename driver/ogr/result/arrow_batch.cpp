// SPDX-License-Identifier: MIT
#include "result/arrow_batch.h"

#include <climits>
#include <cmath>
#include <cstring>

#include "common/unix_time.h"

namespace
{

// A byte buffer that only grows. Unlike a vector it never fills memory with zeros first.
class Bytes
{
  public:
    Bytes() = default;
    ~Bytes() { CPLFree(m_data); }
    CPL_DISALLOW_COPY_ASSIGN(Bytes)

    size_t Size() const { return m_size; }
    char *Data() { return m_data; }

    void Reserve(size_t size)
    {
        if (size <= m_capacity)
            return;
        m_data = static_cast<char *>(CPLRealloc(m_data, size));
        m_capacity = size;
    }

    void Put(const void *data, size_t size)
    {
        if (m_capacity - m_size <= size) // allocates memory even if size is 0
            Reserve((m_size + size) * 2 + 64);
        memcpy(m_data + m_size, data, size);
        m_size += size;
    }

    template <class T> void Put(T value) { Put(&value, sizeof value); }

  private:
    char *m_data = nullptr;
    size_t m_size = 0;
    size_t m_capacity = 0;
};

} // namespace

// The buffers of one column. The item buffers are the second level of a list, or the second column
// if two are combined.
struct OGRMapflowColumn
{
    std::vector<uint8_t> validity{}; // empty if nothing is null
    Bytes values{};
    Bytes offsets{};
    Bytes itemValues{};
    Bytes itemOffsets{};
    int64_t items = 0;
    int64_t nulls = 0;

    // What an ArrowArray points to after the column is released to it.
    const void *buffers[3] = {};
    const void *itemBuffers[3] = {};
    const void *timeBuffers[2] = {};
    ArrowArray item = {};
    ArrowArray time = {};
    ArrowArray *children[2] = {};
};

namespace
{

using Kind = OGRMapflowColumnKind;

bool HasOffsets(Kind kind)
{
    return kind == Kind::String || kind == Kind::DateTimeText || kind == Kind::Geometry ||
           kind >= Kind::BooleanList;
}

bool IsList(Kind kind)
{
    return kind >= Kind::BooleanList;
}

bool TakesText(Kind kind)
{
    return kind >= Kind::String && kind <= Kind::DateTimeText;
}

// Returns the number of bytes that a value adds to a column with offsets, or of items, whichever is
// more.
size_t SizeOf(const mf_value &value)
{
    size_t size = value.kind == MF_VALUE_UNSET || value.kind == MF_VALUE_NULL ? 0 : value.count;
    if (value.kind == MF_VALUE_STRING_LIST)
        for (size_t i = 0; i < value.count; ++i)
            size += value.as.strings[i].size;
    return size;
}

// ---- plan ----

// The format is that of the items for a list.
constexpr struct
{
    const char *format;
    OGRFieldType type;
    Kind kind;
} KINDS[] = {{"i", OFTInteger, Kind::Int32},
             {"b", OFTInteger, Kind::Boolean},
             {"l", OFTInteger64, Kind::Int64},
             {"g", OFTReal, Kind::Double},
             {"u", OFTString, Kind::String},
             {"tdD", OFTDate, Kind::Date},
             {"ttm", OFTTime, Kind::Time},
             {"u", OFTDateTime, Kind::DateTimeText},
             {"b", OFTIntegerList, Kind::BooleanList},
             {"i", OFTIntegerList, Kind::Int32List},
             {"l", OFTInteger64List, Kind::Int64List},
             {"g", OFTRealList, Kind::DoubleList},
             {"u", OFTStringList, Kind::StringList}};

bool IsTimeAndOffset(const ArrowSchema &column)
{
    return strcmp(column.format, "+s") == 0 && column.n_children == 2 &&
           strncmp(column.children[0]->format, "tsm:", 4) == 0 &&
           strcmp(column.children[1]->format, "s") == 0;
}

std::optional<Kind> FieldKind(const ArrowSchema &column, OGRFieldType type)
{
    const bool isList = strcmp(column.format, "+l") == 0 && column.n_children == 1;
    const std::string format = isList ? column.children[0]->format : column.format;
    for (const auto &known : KINDS)
        if (format == known.format && type == known.type && isList == IsList(known.kind))
            return known.kind;
    if (type == OFTDateTime && STARTS_WITH(column.format, "tsm:"))
        return Kind::DateTime;
    return type == OFTDateTime && IsTimeAndOffset(column) ? std::optional(Kind::DateTimeAndOffset)
                                                          : std::nullopt;
}

// ---- values ----

void SetBit(Bytes &bits, int64_t row, bool value)
{
    if (row % 8 == 0)
        bits.Put('\0');
    char &last = bits.Data()[bits.Size() - 1];
    last = static_cast<char>(last | (value ? 1 << (row % 8) : 0));
}

// The first null creates the bitmap: all rows before it are valid.
void SetValidity(OGRMapflowColumn &column, int64_t row, bool valid)
{
    if (valid && column.validity.empty())
        return;
    if (column.validity.empty())
        column.validity.assign(static_cast<size_t>(row / 8 + 1), 0xFF);
    if (static_cast<size_t>(row / 8) >= column.validity.size())
        column.validity.push_back(0xFF);
    if (!valid)
    {
        column.validity.back() = static_cast<uint8_t>(column.validity.back() & ~(1 << (row % 8)));
        ++column.nulls;
    }
}

int64_t Milliseconds(const OGRField &date)
{
    return static_cast<int64_t>(date.Date.Second * 1000 + 0.5f);
}

// Parses a date or time as OGR does. If it returns false, the value stays null, as in an
// OGRFeature.
bool ReadDate(const mf_value &value, OGRField &date)
{
    return OGRParseDate(std::string(value.as.text, value.count).c_str(), &date, 0) != 0;
}

void AppendDateTime(OGRMapflowColumn &column, const OGRMapflowColumnPlan &plan,
                    const OGRField &date, bool valid)
{
    int64_t time = valid ? OGRMapflowUnixTime(date, true) * 1000 + Milliseconds(date) % 1000 : 0;
    int16_t offset = 0;
    if (valid && plan.toUTC && date.Date.TZFlag > 2)
        offset = static_cast<int16_t>((date.Date.TZFlag - 100) * 15);
    time -= static_cast<int64_t>(offset) * 60 * 1000;
    column.values.Put(time);
    if (plan.kind == Kind::DateTimeAndOffset)
        column.itemValues.Put(offset);
}

bool AppendDate(OGRMapflowColumn &column, const OGRMapflowColumnPlan &plan, const mf_value &value)
{
    OGRField date = {};
    const bool valid = ReadDate(value, date);
    if (plan.kind == Kind::Date)
    {
        const int64_t seconds = valid ? OGRMapflowUnixTime(date, false) : 0;
        column.values.Put(static_cast<int32_t>(seconds / 86400));
    }
    else if (plan.kind == Kind::Time)
        column.values.Put(static_cast<int32_t>(date.Date.Hour * 3600000 + date.Date.Minute * 60000 +
                                               Milliseconds(date)));
    else if (plan.kind == Kind::DateTimeText)
    {
        const std::string text = valid ? OGRMapflowISOTime(date) : std::string();
        column.values.Put(text.data(), text.size());
    }
    else
        AppendDateTime(column, plan, date, valid);
    return valid;
}

void AppendItems(OGRMapflowColumn &column, Kind kind, const mf_value &value)
{
    for (size_t i = 0; i < value.count; ++i)
    {
        if (kind == Kind::BooleanList)
            SetBit(column.itemValues, column.items + static_cast<int64_t>(i),
                   value.as.integers[i] != 0);
        else if (kind == Kind::Int32List)
            column.itemValues.Put(static_cast<int32_t>(value.as.integers[i]));
        else if (kind == Kind::Int64List)
            column.itemValues.Put(value.as.integers[i]);
        else if (kind == Kind::DoubleList)
            column.itemValues.Put(value.as.reals[i]);
        else
        {
            column.itemValues.Put(value.as.strings[i].text, value.as.strings[i].size);
            column.itemOffsets.Put(static_cast<int32_t>(column.itemValues.Size()));
        }
    }
    column.items += static_cast<int64_t>(value.count);
}

void AppendNothing(OGRMapflowColumn &column, Kind kind, int64_t row)
{
    switch (kind)
    {
        case Kind::Int32:
        case Kind::Date:
        case Kind::Time:
            column.values.Put(int32_t{0});
            break;
        case Kind::FID:
        case Kind::Int64:
        case Kind::DateTime:
            column.values.Put(int64_t{0});
            break;
        case Kind::DateTimeAndOffset:
            column.values.Put(int64_t{0});
            column.itemValues.Put(int16_t{0});
            break;
        case Kind::Double:
            column.values.Put(0.0);
            break;
        case Kind::Boolean:
            SetBit(column.values, row, false);
            break;
        default:
            break;
    }
}

// Appends a value in any case, and returns whether it is valid. A string only goes into columns of
// strings, dates and times.
bool AppendValue(OGRMapflowColumn &column, const OGRMapflowColumnPlan &plan, const mf_value &value,
                 int64_t row)
{
    switch (value.kind)
    {
        case MF_VALUE_INTEGER:
            if (plan.kind == Kind::Boolean)
                SetBit(column.values, row, value.as.integer != 0);
            else if (plan.kind == Kind::Int32)
                column.values.Put(static_cast<int32_t>(value.as.integer));
            else
                column.values.Put(value.as.integer);
            return true;
        case MF_VALUE_REAL:
            column.values.Put(value.as.real);
            return true;
        case MF_VALUE_STRING:
            if (plan.kind == Kind::String)
                column.values.Put(value.as.text, value.count);
            else
                return AppendDate(column, plan, value);
            return true;
        case MF_VALUE_INTEGER_LIST:
        case MF_VALUE_REAL_LIST:
        case MF_VALUE_STRING_LIST:
            AppendItems(column, plan.kind, value);
            return true;
        default:
            AppendNothing(column, plan.kind, row);
            return false;
    }
}

// ---- handing over ----

void ReleaseChildren(ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; ++i)
        if (array->children[i]->release != nullptr)
            array->children[i]->release(array->children[i]);
}

void ReleaseColumn(ArrowArray *array)
{
    ReleaseChildren(array);
    delete static_cast<OGRMapflowColumn *>(array->private_data);
    array->release = nullptr;
}

void ReleaseItem(ArrowArray *array)
{
    array->release = nullptr; // its column owns the memory
}

void ReleaseBatch(ArrowArray *array)
{
    ReleaseChildren(array);
    for (int64_t i = 0; i < array->n_children; ++i)
        delete array->children[i];
    delete[] array->children;
    delete[] array->buffers;
    array->release = nullptr;
}

// Returns a buffer that is not null, even if it is empty.
const void *Buffer(Bytes &bytes)
{
    bytes.Reserve(8);
    return bytes.Data();
}

void FillList(OGRMapflowColumn &column, Kind kind, ArrowArray *array)
{
    const bool strings = kind == Kind::StringList;
    column.itemBuffers[1] = strings ? Buffer(column.itemOffsets) : Buffer(column.itemValues);
    column.itemBuffers[2] = strings ? Buffer(column.itemValues) : nullptr;
    column.item.length = column.items;
    column.item.n_buffers = strings ? 3 : 2;
    column.item.buffers = column.itemBuffers;
    column.item.release = ReleaseItem;
    column.children[0] = &column.item;
    array->n_children = 1;
    array->children = column.children;
}

void FillTimeAndOffset(OGRMapflowColumn &column, int64_t rows, ArrowArray *array)
{
    column.timeBuffers[1] = Buffer(column.values);
    column.itemBuffers[1] = Buffer(column.itemValues);
    column.time.buffers = column.timeBuffers;
    column.item.buffers = column.itemBuffers;
    column.children[0] = &column.time;
    column.children[1] = &column.item;
    for (ArrowArray *const child : column.children)
    {
        child->length = rows;
        child->n_buffers = 2;
        child->release = ReleaseItem;
    }
    array->n_buffers = 1;
    array->n_children = 2;
    array->children = column.children;
}

void FillColumn(std::unique_ptr<OGRMapflowColumn> owned, Kind kind, int64_t rows, ArrowArray *array)
{
    OGRMapflowColumn &column = *owned;
    column.buffers[0] = column.validity.empty() ? nullptr : column.validity.data();
    column.buffers[1] = HasOffsets(kind) ? Buffer(column.offsets) : Buffer(column.values);
    array->n_buffers = 2;
    if (HasOffsets(kind) && !IsList(kind))
    {
        column.buffers[2] = Buffer(column.values);
        array->n_buffers = 3;
    }
    array->length = rows;
    array->null_count = column.nulls;
    array->buffers = column.buffers;
    if (IsList(kind))
        FillList(column, kind, array);
    if (kind == Kind::DateTimeAndOffset)
        FillTimeAndOffset(column, rows, array);
    array->release = ReleaseColumn;
    array->private_data = owned.release();
}

} // namespace

std::optional<OGRMapflowBatchPlan> OGRMapflowPlanBatch(const ArrowSchema &schema,
                                                       OGRFeatureDefn &defn, bool withFID)
{
    OGRMapflowBatchPlan plan;
    auto &columns = plan.columns;
    int64_t child = 0;
    if (withFID &&
        (child >= schema.n_children || strcmp(schema.children[child++]->format, "l") != 0))
        return std::nullopt;
    if (withFID)
        columns.push_back({Kind::FID});
    for (int i = 0; i < defn.GetFieldCount(); ++i)
    {
        OGRFieldDefn &field = *defn.GetFieldDefn(i);
        if (field.IsIgnored())
            continue;
        const auto kind = child < schema.n_children
                              ? FieldKind(*schema.children[child], field.GetType())
                              : std::nullopt;
        if (!kind)
            return std::nullopt;
        columns.push_back({*kind, i, FieldTimesAreUTC(field)});
        ++child;
    }
    if (defn.GetGeomFieldCount() > 0 && !defn.GetGeomFieldDefn(0)->IsIgnored())
    {
        if (child >= schema.n_children || strcmp(schema.children[child++]->format, "z") != 0)
            return std::nullopt;
        columns.push_back({Kind::Geometry});
    }
    if (child != schema.n_children)
        return std::nullopt;
    defn.Reference();
    plan.defn =
        std::shared_ptr<OGRFeatureDefn>(&defn, [](OGRFeatureDefn *mine) { mine->Release(); });
    return plan;
}

OGRMapflowBatch::OGRMapflowBatch(const OGRMapflowBatchPlan &plan, size_t expectedRows)
    : m_plan(plan)
{
    for (const auto &column : m_plan.columns)
    {
        m_columns.push_back(std::make_unique<OGRMapflowColumn>());
        if (HasOffsets(column.kind))
        {
            m_columns.back()->offsets.Reserve((expectedRows + 1) * sizeof(int32_t));
            m_columns.back()->offsets.Put(int32_t{0});
        }
        else
            m_columns.back()->values.Reserve(expectedRows * sizeof(int64_t));
        if (column.kind == Kind::StringList)
            m_columns.back()->itemOffsets.Put(int32_t{0});
    }
}

OGRMapflowBatch::~OGRMapflowBatch() = default;

bool OGRMapflowBatch::Fits(const mf_row &row) const
{
    // Batches stay far below the limit; only a single row may come near it.
    const size_t most = m_rows > 0 ? INT_MAX / 2 : INT_MAX;
    for (size_t i = 0; i < m_columns.size(); ++i)
    {
        const auto &plan = m_plan.columns[i];
        const size_t more = plan.kind == Kind::Geometry ? row.wkb_size
                            : HasOffsets(plan.kind)     ? SizeOf(row.values[plan.field])
                                                        : 0;
        if (m_columns[i]->values.Size() + m_columns[i]->itemValues.Size() + more > most)
            return false;
    }
    return true;
}

// Returns a value in the type of its column.
const mf_value &OGRMapflowBatch::Converted(const OGRMapflowColumnPlan &plan, const mf_row &row)
{
    const mf_value &value = row.values[plan.field];
    if (value.kind != MF_VALUE_STRING || TakesText(plan.kind))
        return value;
    if (m_converter == nullptr)
        m_converter = std::make_unique<OGRMapflowTextConverter>(m_plan.defn.get());
    return m_converter->Convert(plan.field, value);
}

void OGRMapflowBatch::Add(const mf_row &row, int64_t fid)
{
    for (size_t i = 0; i < m_columns.size(); ++i)
    {
        const auto &plan = m_plan.columns[i];
        OGRMapflowColumn &column = *m_columns[i];
        bool valid = true;
        if (plan.kind == Kind::FID)
            column.values.Put(fid);
        else if (plan.kind == Kind::Geometry)
        {
            valid = row.geometry != MF_GEOMETRY_NONE;
            if (valid)
                column.values.Put(row.wkb, row.wkb_size);
        }
        else
            valid = AppendValue(column, plan, Converted(plan, row), m_rows);
        if (HasOffsets(plan.kind))
            column.offsets.Put(static_cast<int32_t>(
                IsList(plan.kind) ? column.items : static_cast<int64_t>(column.values.Size())));
        SetValidity(column, m_rows, valid);
    }
    ++m_rows;
}

void OGRMapflowBatch::Release(ArrowArray *array)
{
    memset(array, 0, sizeof *array);
    array->length = m_rows;
    array->n_buffers = 1;
    array->buffers = new const void *[1] { nullptr };
    array->n_children = static_cast<int64_t>(m_columns.size());
    array->children = new ArrowArray *[m_columns.size()];
    array->release = ReleaseBatch;
    for (size_t i = 0; i < m_columns.size(); ++i)
    {
        array->children[i] = new ArrowArray();
        FillColumn(std::move(m_columns[i]), m_plan.columns[i].kind, m_rows, array->children[i]);
    }
    m_columns.clear();
    m_rows = 0;
}
