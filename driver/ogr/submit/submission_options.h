// SPDX-License-Identifier: MIT
// submission_options: the creation options; the layer's override the dataset's.
#ifndef MAPFLOW_SUBMISSION_OPTIONS_H
#define MAPFLOW_SUBMISSION_OPTIONS_H

#include <optional>
#include <string>

#include "common/options.h"
#include "submit/submission.h"

class OGRMapflowSubmissionOptions : public OGRMapflowCreationOptions
{
  public:
    // Copies both lists. Returns nothing after one CPLError if an option is unknown (a mistyped
    // MAX_COST must not cost money), is not allowed there, or contradicts another.
    static std::optional<OGRMapflowSubmissionOptions> Parse(CSLConstList datasetOptions,
                                                            CSLConstList layerOptions);

    // The same for the options of a dataset that has no layer yet.
    static bool CheckDatasetOptions(CSLConstList datasetOptions);

    // Returns those of the dataset's options that specify the service and how to use it.
    static CPLStringList ConnectionOptions(CSLConstList datasetOptions);

    // AOI_FROM=IMAGERY
    bool TakesImageryArea() const { return Is("AOI_FROM", "IMAGERY"); }

    // Returns the options for the core, which point into this object.
    mf_submission_options Core() const;
};

// All options that a layer may have.
OGRMapflowOptionTable OGRMapflowSubmissionOptionTable();

// The XML of GDAL_DMD_CREATIONOPTIONLIST and GDAL_DS_LAYER_CREATIONOPTIONLIST.
std::string OGRMapflowCreationOptionList();
std::string OGRMapflowLayerCreationOptionList();

#endif
