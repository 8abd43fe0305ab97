// SPDX-License-Identifier: MIT
#include "imagery/image_file.h"

#include "common/errors.h"
#include "common/owned.h"

namespace
{

// Disables HEAD requests, for which the address is not signed, and the search for sidecar files.
std::string AddressOf(const char *url)
{
    return "/vsicurl?use_head=no&list_dir=no&empty_dir=yes&url=" +
           OGRMapflowTaken(CPLEscapeString(url, -1, CPLES_URL), VSIFree);
}

// Counts the overviews of the file, as long as each has half as many pixels a side as the one
// before.
int LevelsOf(GDALRasterBand &band)
{
    int levels = 0;
    const auto isHalf = [](int size, int whole, int level)
    { return size == whole >> level || size == (whole + (1 << level) - 1) >> level; };
    while (levels < band.GetOverviewCount() && levels < 30 &&
           isHalf(band.GetOverview(levels)->GetXSize(), band.GetXSize(), levels + 1))
        ++levels;
    return levels;
}

} // namespace

OGRMapflowPicture OGRMapflowOpenImageFile(mf_client *client, const mf_image &image, bool *isRefused)
{
    OGRMapflowPicture picture;
    char *url = nullptr;
    OGRMapflowError err;
    if (mf_image_download_url(client, image.id, &url, &err) != 0)
    {
        const bool isForbidden = err.kind == MF_ERR_FORBIDDEN;
        if (isRefused != nullptr)
            *isRefused = isForbidden;
        if (isForbidden)
            mf_error_append(&err, ". RASTER=PREVIEW shows its preview");
        if (isRefused == nullptr || !isForbidden)
            OGRMapflowRaise(err);
        return picture;
    }
    const char *const drivers[] = {"GTiff", nullptr};
    const CPLStringList options(CSLSetNameValue(nullptr, "NUM_THREADS", "1"));
    const CPLConfigOptionSetter alone("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR", false);
    picture.source =
        OGRMapflowOpenSecret(AddressOf(url), drivers, options.List(),
                             CPLSPrintf("The file of image %s (\"%s\")", image.id, image.filename));
    free(url);
    if (picture.source == nullptr)
        return picture;
    const OGRMapflowSecretIO secret;
    picture.width = picture.source->GetRasterXSize();
    picture.height = picture.source->GetRasterYSize();
    picture.levels = LevelsOf(*picture.source->GetRasterBand(1));
    return picture;
}
