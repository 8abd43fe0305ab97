// Opens a dataset and reads it in one way, timed inside the process.
//
//     drain open|features|arrow|window DATASET [DRIVER] [minx miny maxx maxy]
//
// open: open, count, extent. features: GetNextFeature over all. arrow: the Arrow stream over all.
// window: GetNextFeature within a rectangle. Prints "seconds rows".
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gdal_priv.h"
#include "ogr_recordbatch.h"
#include "ogrsf_frmts.h"

static long long DrainFeatures(OGRLayer *layer)
{
    long long rows = 0;
    for (const auto &feature : *layer)
        rows += feature != nullptr;
    return rows;
}

static long long DrainArrow(OGRLayer *layer)
{
    long long rows = 0;
    ArrowArrayStream stream;
    ArrowArray batch;
    if (!layer->GetArrowStream(&stream, nullptr))
        return -1;
    while (stream.get_next(&stream, &batch) == 0 && batch.release != nullptr)
    {
        rows += batch.length;
        batch.release(&batch);
    }
    stream.release(&stream);
    return rows;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    const char *const mode = argv[1];
    const char *const drivers[] = {argc > 3 ? argv[3] : nullptr, nullptr};
    GDALAllRegister();
    const auto start = std::chrono::steady_clock::now();
    GDALDataset *dataset = GDALDataset::Open(argv[2], GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR,
                                             argc > 3 ? drivers : nullptr, nullptr, nullptr);
    OGRLayer *layer = dataset != nullptr ? dataset->GetLayer(0) : nullptr;
    if (layer == nullptr)
        return 1;
    long long rows = 0;
    if (strcmp(mode, "open") == 0)
    {
        OGREnvelope extent;
        rows = layer->GetFeatureCount();
        if (layer->GetExtent(&extent, TRUE) != OGRERR_NONE)
            rows = -1;
    }
    else if (strcmp(mode, "arrow") == 0)
        rows = DrainArrow(layer);
    else
    {
        if (strcmp(mode, "window") == 0 && argc > 7)
            layer->SetSpatialFilterRect(atof(argv[4]), atof(argv[5]), atof(argv[6]), atof(argv[7]));
        rows = DrainFeatures(layer);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    printf("%.6f %lld\n", seconds.count(), rows);
    GDALClose(dataset);
    return 0;
}
