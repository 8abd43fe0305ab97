// SPDX-License-Identifier: MIT
// submission_options: what the creation options say, the layer's before the dataset's.
#ifndef MAPFLOW_SUBMISSION_OPTIONS_H
#define MAPFLOW_SUBMISSION_OPTIONS_H

#include <optional>
#include <string>

#include "common/options.h"
#include "submit/submission.h"

class OGRMapflowSubmissionOptions
{
  public:
    // Copies both lists. Returns nothing, after one CPLError, for an option that is unknown (a
    // mistyped MAX_COST must not cost money), comes where it has no meaning, or contradicts
    // another.
    static std::optional<OGRMapflowSubmissionOptions> Parse(CSLConstList datasetOptions,
                                                            CSLConstList layerOptions);

    // The same for the options of a dataset that has no layer yet.
    static bool CheckDatasetOptions(CSLConstList datasetOptions);

    // Those of the dataset's options that say which service to ask, and how.
    static CPLStringList ConnectionOptions(CSLConstList datasetOptions);

    std::string Get(const char *key) const { return m_values.FetchNameValueDef(key, ""); }
    bool GetBool(const char *key, bool fallback) const;

    // AOI_FROM=IMAGERY
    bool TakesImageryArea() const { return EQUAL(Get("AOI_FROM").c_str(), "IMAGERY"); }

    // What the core wants to know; it points into this object.
    mf_submission_options Core() const;

  private:
    CPLStringList m_values{};
};

// All that a layer may have.
OGRMapflowOptionTable OGRMapflowSubmissionOptionTable();

// The XML of GDAL_DMD_CREATIONOPTIONLIST and GDAL_DS_LAYER_CREATIONOPTIONLIST.
std::string OGRMapflowCreationOptionList();
std::string OGRMapflowLayerCreationOptionList();

#endif
