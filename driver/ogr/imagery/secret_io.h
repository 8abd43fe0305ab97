// SPDX-License-Identifier: MIT
// secret_io: lets GDAL read from a secret address.
//
// GDAL's drivers put the address they read from into errors and the debug log, and libcurl shows it
// when CPL_CURL_VERBOSE is set.
#ifndef MAPFLOW_SECRET_IO_H
#define MAPFLOW_SECRET_IO_H

#include <string>

#include "common/compat.h"
#include "cpl_conv.h"
#include "cpl_vsi_error.h"

// While an object lives, messages of GDAL in this thread are neither shown nor kept. Failure()
// returns what may be reported.
class OGRMapflowSecretIO
{
  public:
    OGRMapflowSecretIO();
    ~OGRMapflowSecretIO() { VSIErrorReset(); }
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowSecretIO)

    // The status of the first HTTP failure; 0 when there was none.
    int Status() const { return m_status; }

    // The failure without the address: "the server answered HTTP 403".
    std::string Failure() const;

  private:
    static void CPL_STDCALL Take(CPLErr kind, CPLErrorNum number, const char *message);

    bool m_isNoPicture = false;
    int m_status = 0;
    CPLErrorStateBackuper m_before{};
    CPLErrorHandlerPusher m_handler;
    CPLConfigOptionSetter m_notVerbose;
};

// Closes a dataset that was opened under an OGRMapflowSecretIO.
struct OGRMapflowSecretCloser
{
    void operator()(GDALDataset *dataset) const;
};

using OGRMapflowSecretDataset = std::unique_ptr<GDALDataset, OGRMapflowSecretCloser>;

// Opens `address` with one of `drivers`, a list that ends with nullptr. Returns nullptr after one
// CPLError that starts with `what`.
OGRMapflowSecretDataset OGRMapflowOpenSecret(const std::string &address, const char *const *drivers,
                                             CSLConstList options, const std::string &what);

#endif
