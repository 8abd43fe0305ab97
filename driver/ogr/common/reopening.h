// SPDX-License-Identifier: MIT
// reopening: reports an error once, even if a program opens twice.
#ifndef MAPFLOW_REOPENING_H
#define MAPFLOW_REOPENING_H

#include <string>
#include <vector>

#include "common/errors.h"

// ogrinfo opens for update after it could not open read-only, QGIS the other way round: one fault
// causes two errors. While an instance exists, the messages of a thread's second attempt are held
// back. At its end, the error of the first attempt becomes a debug line. It still becomes GDAL's
// last error.
class OGRMapflowReopening
{
  public:
    OGRMapflowReopening(const char *name, bool isUpdate);
    ~OGRMapflowReopening();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowReopening)

  private:
    const std::string m_name;
    const bool m_isUpdate, m_isSecond;
    std::vector<OGRMapflowMessage> m_messages{};
};

#endif
