// SPDX-License-Identifier: MIT
// mosaic_list: the mosaics of an account, in the order of the service.
#ifndef MAPFLOW_MOSAIC_LIST_H
#define MAPFLOW_MOSAIC_LIST_H

#include <deque>
#include <functional>
#include <string>

#include "api/mosaic.h"
#include "common/compat.h"

// Read once, by one request, and kept. Positions never change: a deleted mosaic stays, empty.
class OGRMapflowMosaicList
{
  public:
    explicit OGRMapflowMosaicList(mf_client *client) : m_client(client) {}
    ~OGRMapflowMosaicList();
    OGRMapflowMosaicList(const OGRMapflowMosaicList &) = delete;
    OGRMapflowMosaicList &operator=(const OGRMapflowMosaicList &) = delete;

    mf_client *Client() const { return m_client; }

    // Returns false after one CPLError.
    bool Read();
    // A list of this mosaic alone, which it takes over.
    void SetOnly(mf_mosaic &mosaic);

    const std::deque<mf_mosaic> &Known() const { return m_mosaics; }
    static bool IsDeleted(const mf_mosaic &mosaic) { return mosaic.id == nullptr; }
    // By its UUID, nullptr when it is not known or deleted.
    const mf_mosaic *Find(const std::string &id) const;

    // A mosaic that was created here comes at the end. Takes it over.
    void Add(mf_mosaic &mosaic);
    // Shows a newer state of a mosaic, if it is known. Takes it over.
    void Refresh(mf_mosaic &mosaic);
    void Remove(const std::string &id);
    // Called after the last two with the UUID.
    std::function<void(const std::string &)> onChange{};

  private:
    mf_mosaic *Seek(const std::string &id);

    mf_client *const m_client;
    std::deque<mf_mosaic> m_mosaics{};
    bool m_isRead = false;
};

#endif
