// Reads Arrow streams of a dataset's first layer and writes them down as text, for test_arrow.py.
//
//     arrow_probe DATASET RUN…
//
// A run is a list of words with commas between them, done in this order on the one layer:
//
//     generic            GDAL's own stream, whatever the layer would give
//     where=EXPRESSION   attribute filter
//     ignore=NAME        ignored field, also OGR_GEOMETRY; may be repeated
//     spat=X/Y/X/Y       spatial filter
//     KEY=VALUE          upper case: option of the stream
//     skip=N             SetNextByIndex on the open stream, before the first batch
//     back=N             SetNextByIndex after the first batch
//     feature=N          reads N features between batches
//     batches=N          releases the stream after N batches
//     close              closes the dataset before the first batch; the last run
//     close-late         the same after the first batch
//     quiet              writes numbers of rows only
//
// Every array is checked against its own counts, offsets and null counts; a fault ends the program with 3.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "cpl_string.h"
#include "gdal_priv.h"
#include "ogr_recordbatch.h"
#include "ogrsf_frmts.h"

namespace
{

[[noreturn]] void Fault(const char *what)
{
    printf("FAULT %s\n", what);
    fflush(stdout);
    std::exit(3);
}

void Check(bool right, const char *what)
{
    if (!right)
        Fault(what);
}

void PrintText(const char *text, int64_t size)
{
    putchar('\'');
    for (int64_t i = 0; i < size; ++i)
    {
        const unsigned char c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c > 0x7E || c == '\\' || c == '\'')
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('\'');
}

void PrintHex(const char *bytes, int64_t size)
{
    for (int64_t i = 0; i < size; ++i)
        printf("%02x", static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
}

void PrintMetadata(const char *metadata)
{
    int32_t pairs = 0;
    if (metadata == nullptr)
        return;
    memcpy(&pairs, metadata, sizeof pairs);
    metadata += sizeof pairs;
    for (int32_t i = 0; i < 2 * pairs; ++i)
    {
        int32_t size = 0;
        memcpy(&size, metadata, sizeof size);
        printf(i % 2 == 0 ? " " : "=");
        PrintText(metadata + sizeof size, size);
        metadata += sizeof size + size;
    }
}

void PrintSchema(const ArrowSchema &schema, int depth)
{
    printf("%*sschema %s ", depth * 2, "", schema.format);
    if (schema.name != nullptr)
        PrintText(schema.name, static_cast<int64_t>(strlen(schema.name)));
    printf(" flags %" PRId64, schema.flags);
    PrintMetadata(schema.metadata);
    printf("\n");
    for (int64_t i = 0; i < schema.n_children; ++i)
        PrintSchema(*schema.children[i], depth + 1);
}

template <class T> T At(const ArrowArray &array, int buffer, int64_t i)
{
    T value;
    memcpy(&value, static_cast<const char *>(array.buffers[buffer]) + i * static_cast<int64_t>(sizeof value),
           sizeof value);
    return value;
}

bool Bit(const void *bits, int64_t i)
{
    return (static_cast<const uint8_t *>(bits)[i / 8] >> (i % 8) & 1) != 0;
}

bool IsNull(const ArrowArray &array, int64_t row)
{
    return array.n_buffers > 0 && array.buffers[0] != nullptr && !Bit(array.buffers[0], row);
}

void CheckArray(const ArrowSchema &schema, const ArrowArray &array)
{
    Check(array.release != nullptr, "an array is released");
    Check(array.offset == 0, "an array has an offset");
    Check(array.n_children == schema.n_children, "children are not those of the schema");
    int64_t nulls = 0;
    for (int64_t i = 0; i < array.length; ++i)
        nulls += IsNull(array, i);
    Check(array.null_count == -1 || array.null_count == nulls, "wrong null count");
    Check(nulls == 0 || (schema.flags & ARROW_FLAG_NULLABLE) != 0, "a null in a column without nulls");
    const char kind = schema.format[0];
    if (kind == 'u' || kind == 'z' || strcmp(schema.format, "+l") == 0)
    {
        Check(array.buffers[1] != nullptr, "no offsets");
        Check(At<int32_t>(array, 1, 0) == 0, "the first offset is not 0");
        for (int64_t i = 0; i < array.length; ++i)
            Check(At<int32_t>(array, 1, i) <= At<int32_t>(array, 1, i + 1), "offsets go down");
    }
    if (strcmp(schema.format, "+l") == 0)
        Check(array.children[0]->length >= At<int32_t>(array, 1, array.length), "items are missing");
}

void PrintValue(const ArrowSchema &schema, const ArrowArray &array, int64_t row)
{
    const std::string format = schema.format;
    if (IsNull(array, row))
        printf("null");
    else if (format == "b")
        printf("%s", Bit(array.buffers[1], row) ? "true" : "false");
    else if (format == "s")
        printf("%d", At<int16_t>(array, 1, row));
    else if (format == "i" || format == "tdD" || format == "ttm")
        printf("%" PRId32, At<int32_t>(array, 1, row));
    else if (format == "l" || format.compare(0, 3, "tsm") == 0)
        printf("%" PRId64, At<int64_t>(array, 1, row));
    else if (format == "g")
        printf("%.17g %016" PRIx64, At<double>(array, 1, row), At<uint64_t>(array, 1, row));
    else if (format == "u" || format == "z")
    {
        const int32_t from = At<int32_t>(array, 1, row);
        const char *const data = static_cast<const char *>(array.buffers[2]) + from;
        (format == "u" ? PrintText : PrintHex)(data, At<int32_t>(array, 1, row + 1) - from);
    }
    else if (format == "+l")
    {
        printf("[");
        for (int32_t i = At<int32_t>(array, 1, row); i < At<int32_t>(array, 1, row + 1); ++i)
        {
            PrintValue(*schema.children[0], *array.children[0], i);
            printf(";");
        }
        printf("]");
    }
    else if (format == "+s")
    {
        printf("{");
        for (int64_t i = 0; i < array.n_children; ++i)
        {
            PrintValue(*schema.children[i], *array.children[i], row);
            printf(";");
        }
        printf("}");
    }
    else
        Fault("a column has an unknown format");
}

void PrintBatch(const ArrowSchema &schema, const ArrowArray &batch, bool quiet)
{
    CheckArray(schema, batch);
    for (int64_t child = 0; child < batch.n_children; ++child)
    {
        Check(batch.children[child]->length == batch.length, "a column has another length");
        CheckArray(*schema.children[child], *batch.children[child]);
        for (int64_t i = 0; i < schema.children[child]->n_children; ++i)
            CheckArray(*schema.children[child]->children[i], *batch.children[child]->children[i]);
    }
    printf("batch %" PRId64 "\n", batch.length);
    for (int64_t row = 0; row < batch.length && !quiet; ++row)
    {
        printf("row");
        for (int64_t child = 0; child < batch.n_children; ++child)
        {
            printf(" %s=", schema.children[child]->name);
            PrintValue(*schema.children[child], *batch.children[child], row);
        }
        printf("\n");
    }
}

struct Run
{
    CPLStringList options{};
    CPLStringList ignored{};
    std::string where{};
    std::string window{};
    GIntBig skip = -1;
    GIntBig back = -1;
    int features = 0;
    int batches = -1;
    bool generic = false;
    bool close = false;
    bool closeLate = false;
    bool quiet = false;
};

Run ParseRun(const char *text)
{
    Run run;
    const CPLStringList words(CSLTokenizeString2(text, ",", 0));
    for (int i = 0; i < words.Count(); ++i)
    {
        char *name = nullptr;
        const char *const value = CPLParseNameValue(words[i], &name);
        const std::string key = value != nullptr ? name : words[i];
        CPLFree(name);
        if (key == "generic")
            run.generic = true;
        else if (key == "where")
            run.where = value;
        else if (key == "ignore")
            run.ignored.AddString(value);
        else if (key == "spat")
            run.window = value;
        else if (key == "skip")
            run.skip = atoi(value);
        else if (key == "back")
            run.back = atoi(value);
        else if (key == "feature")
            run.features = atoi(value);
        else if (key == "batches")
            run.batches = atoi(value);
        else if (key == "close")
            run.close = true;
        else if (key == "close-late")
            run.closeLate = true;
        else if (key == "quiet")
            run.quiet = true;
        else if (key != "native")
            run.options.SetNameValue(key.c_str(), value);
    }
    return run;
}

void PrepareLayer(OGRLayer &layer, const Run &run)
{
    layer.SetAttributeFilter(run.where.empty() ? nullptr : run.where.c_str());
    char *nothing[] = {nullptr};
    auto ignored = run.ignored.Count() > 0 ? run.ignored.List() : nothing;
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 9, 0)
    layer.SetIgnoredFields(ignored);
#else
    layer.SetIgnoredFields(const_cast<const char **>(ignored));
#endif
    double box[4];
    if (sscanf(run.window.c_str(), "%lf/%lf/%lf/%lf", &box[0], &box[1], &box[2], &box[3]) == 4)
        layer.SetSpatialFilterRect(box[0], box[1], box[2], box[3]);
    else
        layer.SetSpatialFilter(nullptr);
    layer.ResetReading();
    printf("fast %d\n", layer.TestCapability(OLCFastGetArrowStream));
}

void ReadFeatures(OGRLayer &layer, int count)
{
    for (int i = 0; i < count; ++i)
    {
        const std::unique_ptr<OGRFeature> feature(layer.GetNextFeature());
        if (feature != nullptr)
            printf("feature " CPL_FRMT_GIB "\n", feature->GetFID());
    }
}

// The features of a layer and nothing else of it: GDAL makes the stream of these.
class Features final : public OGRLayer
{
  public:
    explicit Features(OGRLayer &layer) : m_layer(layer) {}
    void ResetReading() override { m_layer.ResetReading(); }
    OGRFeature *GetNextFeature() override { return m_layer.GetNextFeature(); }
#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 12, 0)
    const OGRFeatureDefn *GetLayerDefn() const override { return m_layer.GetLayerDefn(); }
    int TestCapability(const char *name) const override { return m_layer.TestCapability(name); }
#else
    OGRFeatureDefn *GetLayerDefn() override { return m_layer.GetLayerDefn(); }
    int TestCapability(const char *name) override { return m_layer.TestCapability(name); }
#endif

  private:
    OGRLayer &m_layer;
};

void Do(GDALDatasetUniquePtr &dataset, const Run &run)
{
    OGRLayer &layer = *dataset->GetLayer(0);
    ArrowArrayStream stream;
    ArrowSchema schema;
    ArrowArray batch;
    PrepareLayer(layer, run);
    Features features(layer);
    if (!(run.generic ? features : layer).GetArrowStream(&stream, run.options.List()))
    {
        printf("no stream\n");
        return;
    }
    Check(stream.get_schema(&stream, &schema) == 0, "no schema");
    PrintSchema(schema, 0);
    if (run.skip >= 0)
        printf("moved %d\n", layer.SetNextByIndex(run.skip));
    if (run.close)
        dataset.reset();
    for (int n = 0; n != run.batches; ++n)
    {
        const int outcome = stream.get_next(&stream, &batch);
        if (outcome != 0)
        {
            printf("error %d %s\n", outcome, stream.get_last_error(&stream) != nullptr ? "told" : "untold");
            break;
        }
        if (batch.release == nullptr)
            break;
        PrintBatch(schema, batch, run.quiet);
        batch.release(&batch);
        Check(batch.release == nullptr, "a batch is not released");
        if (dataset != nullptr)
            ReadFeatures(layer, run.features);
        if (n == 0 && run.back >= 0)
            printf("moved %d\n", layer.SetNextByIndex(run.back));
        if (run.closeLate)
            dataset.reset();
    }
    schema.release(&schema);
    stream.release(&stream);
    Check(stream.release == nullptr, "the stream is not released");
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    GDALAllRegister();
    GDALDatasetUniquePtr dataset(GDALDataset::Open(argv[1], GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR));
    if (dataset == nullptr || dataset->GetLayer(0) == nullptr)
        return 1;
    for (int i = 2; i < argc && dataset != nullptr; ++i)
    {
        printf("== %d\n", i - 2);
        Do(dataset, ParseRun(argv[i]));
    }
    return 0;
}
