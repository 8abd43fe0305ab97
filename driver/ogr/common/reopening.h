// SPDX-License-Identifier: MIT
// reopening: an error that is reported once, although a program opens twice.
#ifndef MAPFLOW_REOPENING_H
#define MAPFLOW_REOPENING_H

#include <string>
#include <vector>

#include "common/compat.h"

// ogrinfo opens for update when it could not open read-only, QGIS the other way round: for one
// thing that is wrong there are two errors. While this object lives, in the second attempt of a
// thread, messages are held back; at its end the error of the first attempt becomes a debug line.
// It is the last error of GDAL all the same.
class OGRMapflowReopening
{
  public:
    OGRMapflowReopening(const char *name, bool isUpdate);
    ~OGRMapflowReopening();
    OGRMapflowReopening(const OGRMapflowReopening &) = delete;
    OGRMapflowReopening &operator=(const OGRMapflowReopening &) = delete;

  private:
    struct Message
    {
        CPLErr type;
        CPLErrorNum number;
        std::string text;
    };
    static void CPL_STDCALL HoldBack(CPLErr type, CPLErrorNum number, const char *text);
    static void Report(const Message &message);

    const std::string m_name;
    const bool m_isUpdate, m_isSecond;
    std::vector<Message> m_messages{};
};

#endif
