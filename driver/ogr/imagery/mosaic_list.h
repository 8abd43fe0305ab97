// SPDX-License-Identifier: MIT
// mosaic_list: the mosaics of an account, in the order that the service returns.
#ifndef MAPFLOW_MOSAIC_LIST_H
#define MAPFLOW_MOSAIC_LIST_H

#include <deque>
#include <functional>
#include <string>

#include "api/mosaic.h"
#include "common/compat.h"

// Reads the list once, with one request, and keeps it. Positions never change: a deleted mosaic
// stays as an empty entry.
class OGRMapflowMosaicList
{
  public:
    explicit OGRMapflowMosaicList(mf_client *client) : m_client(client) {}
    ~OGRMapflowMosaicList();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowMosaicList)

    mf_client *Client() const { return m_client; }

    // Returns false after one CPLError.
    bool Read();
    // Makes this mosaic the only one of the list, and takes ownership of it.
    void SetOnly(mf_mosaic &mosaic);

    const std::deque<mf_mosaic> &Known() const { return m_mosaics; }
    static bool IsDeleted(const mf_mosaic &mosaic) { return mosaic.id == nullptr; }
    // Finds a mosaic by its UUID. Returns nullptr when it is not known or deleted.
    mf_mosaic *Find(const std::string &id);

    // Appends a mosaic that was created here. Takes ownership of it.
    void Add(mf_mosaic &mosaic);
    // Updates a mosaic, if it is known. Takes ownership of `mosaic`.
    void Refresh(mf_mosaic &mosaic);
    void Remove(const std::string &id);
    // Called with the UUID after Refresh and Remove.
    std::function<void(const std::string &)> onChange{};

  private:
    mf_client *const m_client;
    std::deque<mf_mosaic> m_mosaics{};
    bool m_isRead = false;
};

#endif
