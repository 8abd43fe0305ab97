// SPDX-License-Identifier: MIT
#include "submit/submission_dataset.h"

OGRMapflowSubmissionDataset::OGRMapflowSubmissionDataset(OGRMapflowOptions options,
                                                         CSLConstList creationOptions)
    : m_submissions(options, creationOptions)
{
    eAccess = GA_Update;
    SetDescription(options.PublicName().c_str());
}

std::unique_ptr<OGRMapflowSubmissionDataset>
OGRMapflowSubmissionDataset::Create(const char *name, CSLConstList creationOptions)
{
    if (!OGRMapflowSubmissionOptions::CheckDatasetOptions(creationOptions))
        return nullptr;
    const CPLStringList connection =
        OGRMapflowSubmissionOptions::ConnectionOptions(creationOptions);
    auto options = OGRMapflowOptions::Parse(name, connection.List());
    if (!options)
        return nullptr;
    if (options->GetTarget() != OGRMapflowOptions::Target::Account &&
        options->GetTarget() != OGRMapflowOptions::Target::New)
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "%s already exists and is never overwritten. Processings are created in "
                 "MAPFLOW:new with the option PROJECT for another project than the default one",
                 options->PublicName().c_str());
        return nullptr;
    }
    return std::unique_ptr<OGRMapflowSubmissionDataset>(
        new OGRMapflowSubmissionDataset(std::move(*options), creationOptions));
}
