// SPDX-License-Identifier: MIT
// upload_file: the file to upload: an existing GeoTIFF, or one that a raster was converted to.
#ifndef MAPFLOW_UPLOAD_FILE_H
#define MAPFLOW_UPLOAD_FILE_H

#include <memory>
#include <string>

#include "base/sha1.h"
#include "common/compat.h"
#include "imagery/upload_options.h"

class OGRMapflowUploadFile
{
  public:
    // Why the source cannot be sent as it is, "" when it can: it is a GeoTIFF file with all that
    // the dataset has, and SCALE is not set.
    static std::string WhyConvert(GDALDataset &source, const OGRMapflowUploadOptions &options);

    // The file of a source that can be sent as it is. Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowUploadFile> OpenAsItIs(GDALDataset &source);

    // Converts the source to a file in the folder for temporary files (CPL_TMPDIR) that has no name
    // any more when this returns. Returns nullptr after a CPLError.
    static std::unique_ptr<OGRMapflowUploadFile> Convert(GDALDataset &source,
                                                         const OGRMapflowUploadOptions &options,
                                                         GDALProgressFunc progress,
                                                         void *progressData);

    ~OGRMapflowUploadFile();
    OGRMapflowUploadFile(const OGRMapflowUploadFile &) = delete;
    OGRMapflowUploadFile &operator=(const OGRMapflowUploadFile &) = delete;

    int64_t Size() const { return m_size; } // bytes

    // A string that changes with the content: path and modification time of a file, else its SHA-1.
    // "" after one CPLError.
    std::string Content(GDALProgressFunc progress, void *progressData);

    // SHA-1 of the bytes, read once; "" after one CPLError. May be cancelled.
    std::string SHA1(GDALProgressFunc progress, void *progressData);

    // Back to the first byte. Returns false after one CPLError.
    bool Rewind();
    // The number of bytes that were read, fewer than `size` at the end only.
    size_t Read(void *data, size_t size) { return VSIFReadL(data, 1, size, m_file); }

  private:
    OGRMapflowUploadFile(VSILFILE *file, std::string content);
    static std::unique_ptr<OGRMapflowUploadFile> OpenPath(const std::string &path,
                                                          const std::string &content);

    VSILFILE *const m_file;
    std::string m_content;
    std::string m_sha1{};
    int64_t m_size = 0;
};

#endif
