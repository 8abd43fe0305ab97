// SPDX-License-Identifier: MIT
// upload_file: the bytes to upload: a GeoTIFF as it is, or a converted raster.
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
    // Returns "" if the source can be sent as it is: if it is a GeoTIFF file that holds everything
    // that the dataset has, and SCALE is not set. Otherwise returns why it cannot.
    static std::string WhyConvert(GDALDataset &source, const OGRMapflowUploadOptions &options);

    // Opens the file of a source that can be sent as it is. Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowUploadFile> OpenAsItIs(GDALDataset &source);

    // Converts the source to a temporary file (in CPL_TMPDIR), which is unlinked before this
    // returns; on Windows when the object is destroyed. Returns nullptr after a CPLError.
    static std::unique_ptr<OGRMapflowUploadFile> Convert(GDALDataset &source,
                                                         const OGRMapflowUploadOptions &options,
                                                         GDALProgressFunc progress,
                                                         void *progressData);

    ~OGRMapflowUploadFile();
    OGRMapflowUploadFile(const OGRMapflowUploadFile &) = delete;
    OGRMapflowUploadFile &operator=(const OGRMapflowUploadFile &) = delete;

    int64_t Size() const { return m_size; } // bytes

    // Returns a string that changes with the content: path and time of a file, else its SHA-1. ""
    // after one CPLError.
    std::string Content(GDALProgressFunc progress, void *progressData);

    // Returns the SHA-1 of the bytes, which it reads only once; "" after one CPLError. Can be
    // cancelled.
    std::string SHA1(GDALProgressFunc progress, void *progressData);

    // Seeks to the first byte. Returns false after one CPLError.
    bool Rewind();
    // Returns the number of bytes read, fewer than `size` only at the end.
    size_t Read(void *data, size_t size) { return VSIFReadL(data, 1, size, m_file); }

  private:
    OGRMapflowUploadFile(VSILFILE *file, std::string content);
    static std::unique_ptr<OGRMapflowUploadFile> OpenPath(const std::string &path,
                                                          const std::string &content);

    VSILFILE *const m_file;
    std::string m_content;
    std::string m_temporary{}; // the path of a file to remove after it is closed
    std::string m_sha1{};
    int64_t m_size = 0;
};

#endif
