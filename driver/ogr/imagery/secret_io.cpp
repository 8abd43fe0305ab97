// SPDX-License-Identifier: MIT
#include "imagery/secret_io.h"

OGRMapflowSecretIO::OGRMapflowSecretIO()
    : m_handler(Take, this), m_notVerbose("CPL_CURL_VERBOSE", "NO", false)
{
}

// Keeps the status of the first HTTP failure: "HTTP status code: 403" from the WMS driver, "HTTP
// response code: 403" from /vsicurl/.
void CPL_STDCALL OGRMapflowSecretIO::Take(CPLErr kind, CPLErrorNum, const char *message)
{
    auto *const self = static_cast<OGRMapflowSecretIO *>(CPLGetErrorHandlerUserData());
    if (kind < CE_Failure)
        return;
    self->m_isNoPicture = self->m_isNoPicture || strstr(message, "ReadBlockFromFile") != nullptr ||
                          strstr(message, "exception") != nullptr ||
                          strstr(message, "not recognized") != nullptr;
    const char *const code = strstr(message, " code: ");
    if (code != nullptr && self->m_status == 0)
        self->m_status = atoi(code + strlen(" code: "));
}

std::string OGRMapflowSecretIO::Failure() const
{
    if (m_status >= 400)
        return CPLSPrintf("the server answered HTTP %d", m_status);
    return m_isNoPicture ? "the server sent something else than a picture"
                         : "the server gave no answer";
}

void OGRMapflowSecretCloser::operator()(GDALDataset *dataset) const
{
    const OGRMapflowSecretIO secret;
    GDALClose(dataset);
}

OGRMapflowSecretDataset OGRMapflowOpenSecret(const std::string &address, const char *const *drivers,
                                             CSLConstList options, const std::string &what)
{
    std::string failure;
    OGRMapflowSecretDataset dataset;
    {
        const OGRMapflowSecretIO secret;
        dataset.reset(GDALDataset::Open(address.c_str(), GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR,
                                        drivers, options, nullptr));
        // GDAL lists open datasets by their descriptions and derives file names from them.
        if (dataset != nullptr)
            dataset->SetDescription("");
        else
            failure = secret.Failure();
    }
    if (dataset == nullptr)
        CPLError(CE_Failure, CPLE_OpenFailed, "%s cannot be opened: %s.", what.c_str(),
                 failure.c_str());
    return dataset;
}
