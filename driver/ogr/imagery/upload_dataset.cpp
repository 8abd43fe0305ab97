// SPDX-License-Identifier: MIT
#include "imagery/upload_dataset.h"

namespace
{

class Band final : public GDALRasterBand
{
  public:
    Band(GDALDataset *dataset, int number)
    {
        poDS = dataset;
        nBand = number;
        eDataType = GDT_Byte;
        nBlockXSize = dataset->GetRasterXSize();
        nBlockYSize = 1;
    }

  protected:
    CPLErr IReadBlock(int, int, void *) override
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "The pixels of an uploaded image cannot be read from this dataset: open the image "
                 "or its mosaic.");
        return CE_Failure;
    }
};

} // namespace

OGRMapflowUploadDataset::OGRMapflowUploadDataset(GDALDataset &source)
    : OGRMapflowRasterFrame(source)
{
    for (int i = 1; i <= source.GetRasterCount(); ++i)
        SetBand(i, new Band(this, i));
}
