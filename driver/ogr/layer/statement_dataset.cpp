// SPDX-License-Identifier: MIT
#include "layer/statement_dataset.h"

OGRLayer *OGRMapflowStatementDataset::ExecuteSQL(const char *statement, OGRGeometry *filter,
                                                 const char *dialect)
{
    OGRLayer *const answer = GDALDataset::ExecuteSQL(statement, filter, dialect);
    if (answer != nullptr && answer->GetGeometryColumn()[0] != '\0')
        m_renaming.insert(answer);
    return answer;
}

void OGRMapflowStatementDataset::ReleaseResultSet(OGRLayer *answer)
{
    m_renaming.erase(answer);
    GDALDataset::ReleaseResultSet(answer);
}

bool OGRMapflowStatementDataset::RenamesGeometry(GDALDataset *dataset)
{
    const auto *const known = dynamic_cast<OGRMapflowStatementDataset *>(dataset);
    return known != nullptr && !known->m_renaming.empty();
}
