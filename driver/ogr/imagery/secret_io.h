// SPDX-License-Identifier: MIT
// secret_io: GDAL reads from an address that nobody may see.
//
// GDAL's drivers name the address of what they read in their errors and in the debug log, and
// libcurl shows it when CPL_CURL_VERBOSE is set.
#ifndef MAPFLOW_SECRET_IO_H
#define MAPFLOW_SECRET_IO_H

#include <string>

#include "common/compat.h"
#include "cpl_conv.h"
#include "cpl_vsi_error.h"

// While one is alive nothing that GDAL says in this thread is shown or kept, and Failure() is what
// may be said of it.
class OGRMapflowSecretIO
{
  public:
    OGRMapflowSecretIO();
    ~OGRMapflowSecretIO() { VSIErrorReset(); }
    OGRMapflowSecretIO(const OGRMapflowSecretIO &) = delete;
    OGRMapflowSecretIO &operator=(const OGRMapflowSecretIO &) = delete;

    // The HTTP status of the first failure; 0 when there was no failure, or none of HTTP.
    int Status() const { return m_status; }

    // What has failed, without the address: "the server answered HTTP 403".
    std::string Failure() const;

  private:
    static void CPL_STDCALL Take(CPLErr kind, CPLErrorNum number, const char *message);

    bool m_isNoPicture = false;
    int m_status = 0;
    CPLErrorStateBackuper m_before{};
    CPLErrorHandlerPusher m_handler;
    CPLConfigOptionSetter m_notVerbose;
};

// Closes what was opened under an OGRMapflowSecretIO.
struct OGRMapflowSecretCloser
{
    void operator()(GDALDataset *dataset) const;
};

using OGRMapflowSecretDataset = std::unique_ptr<GDALDataset, OGRMapflowSecretCloser>;

// Opens `address` by one of `drivers`, a list that ends with nullptr. Returns nullptr after one
// CPLError that begins with `what`.
OGRMapflowSecretDataset OGRMapflowOpenSecret(const std::string &address, const char *const *drivers,
                                             CSLConstList options, const std::string &what);

#endif
