// SPDX-License-Identifier: MIT
#include "imagery/mosaic_list.h"

#include <cstdlib>

#include "common/errors.h"

OGRMapflowMosaicList::~OGRMapflowMosaicList()
{
    for (mf_mosaic &mosaic : m_mosaics)
        mf_mosaic_free(&mosaic);
}

bool OGRMapflowMosaicList::Read()
{
    mf_mosaic_list list;
    if (m_isRead)
        return true;
    if (!OGRMapflowTry(mf_mosaic_list_get, &list, m_client))
        return false;
    // The strings move to m_mosaics. Only the array is freed.
    m_mosaics.insert(m_mosaics.end(), list.items, list.items + list.count);
    list.count = 0;
    mf_mosaic_list_free(&list);
    m_isRead = true;
    return true;
}

void OGRMapflowMosaicList::SetOnly(mf_mosaic &mosaic)
{
    Add(mosaic);
    m_isRead = true;
}

mf_mosaic *OGRMapflowMosaicList::Find(const std::string &id)
{
    for (mf_mosaic &mosaic : m_mosaics)
    {
        if (!IsDeleted(mosaic) && EQUAL(mosaic.id, id.c_str()))
            return &mosaic;
    }
    return nullptr;
}

void OGRMapflowMosaicList::Add(mf_mosaic &mosaic)
{
    m_mosaics.push_back(mosaic);
    mosaic = {};
}

void OGRMapflowMosaicList::Refresh(mf_mosaic &mosaic)
{
    mf_mosaic *const known = Find(mosaic.id);
    if (known != nullptr)
        std::swap(*known, mosaic);
    mf_mosaic_free(&mosaic);
    if (known != nullptr && onChange)
        onChange(known->id);
}

void OGRMapflowMosaicList::Remove(const std::string &id)
{
    mf_mosaic *const known = Find(id);
    if (known == nullptr)
        return;
    mf_mosaic_free(known);
    if (onChange)
        onChange(id);
}
