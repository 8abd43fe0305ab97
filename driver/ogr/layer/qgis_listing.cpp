// SPDX-License-Identifier: MIT
#include "layer/qgis_listing.h"

#include <mutex>
#include <set>

#include "layer/lazy_layer.h"

namespace
{

constexpr const char *BEGIN = "Error: ";

// Names returned by OGRMapflowListFailure in this process.
std::mutex namesMutex;
std::set<std::string> names;
constexpr size_t MOST_NAMES = 1000; // then all are dropped

void RememberName(const std::string &name)
{
    const std::lock_guard<std::mutex> lock(namesMutex);
    if (names.size() >= MOST_NAMES)
        names.clear();
    names.insert(name);
}

class UnopenedDataset final : public GDALDataset
{
  public:
    UnopenedDataset(const std::string &name, const std::string &reason)
        : m_layer(
              this, name,
              [reason]
              {
                  CPLError(CE_Failure, CPLE_OpenFailed, "%s", reason.c_str());
                  return static_cast<OGRLayer *>(nullptr);
              },
              OGRMapflowLazyLayer::Purpose::List)
    {
    }

    int GetLayerCount() MF_CONST_312 override { return 1; }
    OGRLayer *GetLayer(int i) MF_CONST_312 override { return i == 0 ? &m_layer : nullptr; }
    MF_DATASET_USING
    int TestCapability(const char *) MF_CONST_312 override { return FALSE; }

  private:
    mutable OGRMapflowLazyLayer m_layer;
};

// Removes the id, which the user has just typed: QGIS shows only about 80 characters.
std::string WithoutId(std::string text, const std::string &id)
{
    const size_t at = id.empty() ? std::string::npos : text.find(id + ' ');
    return at != std::string::npos ? text.erase(at, id.size() + 1) : text;
}

// The name of a layer must not contain path separators (layer_names.h), but must be readable: a
// division slash replaces a slash.
std::string WithoutSeparators(const std::string &text)
{
    return CPLString(text).replaceAll('/', "\xE2\x88\x95").replaceAll('\\', "\xE2\x88\x96");
}

} // namespace

std::unique_ptr<GDALDataset> OGRMapflowListFailure(const std::optional<OGRMapflowOptions> &options)
{
    const std::string reason = CPLGetLastErrorMsg();
    const std::string id = options ? options->ProcessingId() : std::string();
    const std::string name = BEGIN + WithoutSeparators(WithoutId(reason, id));
    RememberName(name);
    auto dataset = std::make_unique<UnopenedDataset>(name, reason);
    // Without a description GDAL takes the name as typed, which may contain the token.
    dataset->SetDescription(options ? options->PublicName().c_str() : "MAPFLOW:");
    return dataset;
}

bool OGRMapflowIsFailureName(const char *layerName)
{
    const std::lock_guard<std::mutex> lock(namesMutex);
    return names.count(layerName) > 0;
}
