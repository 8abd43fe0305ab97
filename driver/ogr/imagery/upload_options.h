// SPDX-License-Identifier: MIT
// upload_options: the creation options of an upload.
#ifndef MAPFLOW_UPLOAD_OPTIONS_H
#define MAPFLOW_UPLOAD_OPTIONS_H

#include <optional>
#include <string>

#include "common/options.h"

// Raises a CPLError. Returns false.
bool OGRMapflowRefuseUpload(const std::string &message);

class OGRMapflowUploadOptions : public OGRMapflowCreationOptions
{
  public:
    // Returns nothing after one CPLError when an option is unknown, has an invalid value, or
    // contradicts another.
    static std::optional<OGRMapflowUploadOptions> Parse(CSLConstList given);

    bool HasScale() const { return !Get("SCALE").empty(); }
    // The values that become 1 and 255.
    double ScaleMin() const { return m_scaleMin; }
    double ScaleMax() const { return m_scaleMax; }

    CPLStringList Tags() const;

  private:
    bool ReadScale();

    double m_scaleMin = 0;
    double m_scaleMax = 0;
};

OGRMapflowOptionTable OGRMapflowUploadOptionTable();

// Returns <Option …/> elements of the options that submissions do not have.
std::string OGRMapflowUploadOptionXML();

#endif
