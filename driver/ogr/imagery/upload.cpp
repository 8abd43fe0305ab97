// SPDX-License-Identifier: MIT
#include "imagery/upload.h"

#include <algorithm>
#include <cmath>

#include "api/account.h"
#include "api/storage.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "common/connection.h"
#include "common/errors.h"
#include "common/options.h"
#include "common/waiting.h"
#include "imagery/upload_checks.h"
#include "imagery/upload_dataset.h"
#include "imagery/upload_file.h"
#include "layer/columns.h"
#include "submit/image_run.h"
#include "submit/report_file.h"
#include "submit/submission_options.h"

namespace
{

constexpr double LONGEST_POLL = 10; // s: imagery notes 4

// Share of the progress for a conversion; the upload takes the rest.
constexpr double CONVERSION = 0.5;

// Returns the file name that a source suggests: that of its file, without an extension other than
// that of a TIFF.
std::string NameOf(GDALDataset &source)
{
    std::string path = source.GetDescription();
    if (path.empty()) // such as a VRT that gdal_translate makes
    {
        const CPLStringList files(source.GetFileList());
        path = files.Count() > 0 ? files[0] : "";
    }
    std::string name = CPLGetFilename(path.c_str());
    const std::string ending = CPLGetExtension(name.c_str());
    const bool isTIFF = EQUAL(ending.c_str(), "tif") || EQUAL(ending.c_str(), "tiff");
    if (!ending.empty() && !isTIFF && ending.size() < name.size() - 1)
        name.resize(name.size() - ending.size() - 1);
    return name;
}

using Mosaic = OGRMapflowOwned<mf_mosaic_free>;

class Upload
{
  public:
    Upload(GDALDataset &source, OGRMapflowOptions target, OGRMapflowUploadOptions options,
           GDALProgressFunc progress, void *progressData)
        : m_source(source), m_target(std::move(target)), m_options(std::move(options)),
          m_progress(progress), m_progressData(progressData)
    {
    }

    std::unique_ptr<GDALDataset> Run();

  private:
    bool Prepare();
    bool SetName();
    bool OpenJournal();
    bool FindMosaic();
    bool CheckFit();
    bool CheckStorage(int64_t bytes);
    bool OpenFile();
    bool CreateMosaic();
    bool OpenRun();
    bool CheckDuplicates();
    bool IsSameContent(const mf_image &image, bool &failed);
    bool Send();
    bool AddTags();
    bool Wait(bool &isOver);
    bool Judge(bool &isOver) const;
    bool Finish();
    bool Report();
    void Tell() const;
    std::unique_ptr<GDALDataset> Result() const;

    mf_image_run_options RunOptions() const;
    const char *State() const;
    int ShowProgress(double part) const;
    static int OnRead(void *self, char *data, size_t size, size_t *got, mf_error *err);
    static int OnUpload(void *self, int64_t sent, int64_t size);
    static int OnWait(void *self, double seconds);

    GDALDataset &m_source;
    const OGRMapflowOptions m_target;
    const OGRMapflowUploadOptions m_options;
    const GDALProgressFunc m_progress;
    void *const m_progressData;
    const double m_started = mf_clock_utc();
    std::string m_name{};
    OGRMapflowClient m_client{};
    OGRMapflowPtr<mf_journal_close> m_journal{};
    std::unique_ptr<Mosaic> m_mosaic{}; // nullptr until it is created
    bool m_isCreated = false;           // by this command
    mf_storage m_storage{};
    std::unique_ptr<OGRMapflowUploadFile> m_file{};
    OGRMapflowPtr<mf_image_run_close> m_run{};
    std::unique_ptr<OGRMapflowReportFile> m_report{};
    double m_begin = 0; // of the upload, as a share of all progress
};

// ---- progress

int Upload::ShowProgress(double part) const
{
    return m_progress(std::min(1.0, part), "", m_progressData) == FALSE;
}

int Upload::OnRead(void *self, char *data, size_t size, size_t *got, mf_error *)
{
    *got = static_cast<const Upload *>(self)->m_file->Read(data, size);
    return 0;
}

int Upload::OnUpload(void *self, int64_t sent, int64_t size)
{
    const auto &upload = *static_cast<const Upload *>(self);
    // The end is shown only after the server has confirmed it.
    const double part = static_cast<double>(sent) / static_cast<double>(size);
    return upload.ShowProgress(upload.m_begin + (0.999 - upload.m_begin) * part);
}

int Upload::OnWait(void *self, double)
{
    return static_cast<const Upload *>(self)->ShowProgress(0.999);
}

// ---- before the first byte

bool Upload::SetName()
{
    const std::string wanted = m_options.Get("NAME");
    m_name = OGRMapflowTaken(
        mf_image_upload_name(wanted.empty() ? NameOf(m_source).c_str() : wanted.c_str()), free);
    return !m_name.empty() &&
           (m_name.size() <= 255 ||
            OGRMapflowRefuseUpload(CPLSPrintf(
                "The file name of the image has %d bytes, and the limit is 255: set NAME.",
                static_cast<int>(m_name.size()))));
}

bool Upload::OpenJournal()
{
    if (!m_options.GetBool("JOURNAL", true))
        return true;
    OGRMapflowOwned<mf_account_free> account;
    mf_journal *journal = nullptr;
    if (!OGRMapflowTry(mf_account_get, &account, m_client.get()))
        return false;
    std::string name = account.email;
    if (name.empty())
        name = CPLSPrintf("token " CPL_FRMT_GUIB,
                          static_cast<GUIntBig>(mf_client_account(m_client.get())));
    if (!OGRMapflowTry(mf_journal_open_uploads, &journal, m_target.Get("STATE_DIR").c_str(),
                       mf_client_base_url(m_client.get()), name.c_str()))
        return false;
    m_journal.reset(journal);
    return true;
}

bool Upload::FindMosaic()
{
    OGRMapflowError err;
    char uuid[MF_UUID_SIZE];
    auto mosaic = std::make_unique<Mosaic>();
    const std::string &name = m_target.TargetName();
    if (mf_mosaic_find(mosaic.get(), m_client.get(), name.c_str(), &err) == 0)
    {
        m_mosaic = std::move(mosaic);
        return true;
    }
    const bool isName = !mf_uuid_parse(name.c_str(), uuid);
    if (err.kind != MF_ERR_NOT_FOUND)
        return OGRMapflowRaise(err);
    if (isName && m_options.GetBool("CREATE_MOSAIC", false))
        return true;
    if (isName)
        mf_error_append(&err, ". CREATE_MOSAIC=YES creates it");
    return OGRMapflowRaise(err);
}

// All images of a mosaic have the same number of bands.
bool Upload::CheckFit()
{
    OGRMapflowOwned<mf_image_list_free> images;
    if (m_mosaic == nullptr)
        return true;
    if (!OGRMapflowTry(mf_image_list_get, &images, m_client.get(), m_mosaic->id))
        return false;
    int bands = m_source.GetRasterCount();
    for (size_t i = 0; i < images.count; ++i)
        if (images.items[i].band_count > 0 && images.items[i].state != MF_IMAGE_FAILED)
        {
            bands = images.items[i].band_count;
            break;
        }
    return bands == m_source.GetRasterCount() ||
           OGRMapflowRefuseUpload(
               CPLSPrintf("The raster has %d bands, and the images of mosaic %s (\"%s\") have "
                          "%d.",
                          m_source.GetRasterCount(), m_mosaic->id, m_mosaic->name, bands));
}

bool Upload::CheckStorage(int64_t bytes)
{
    OGRMapflowError err;
    if (mf_storage_check(&m_storage, m_source.GetRasterXSize(), m_source.GetRasterYSize(), bytes,
                         &err) == 0)
        return true;
    mf_error_append(&err, ". Nothing is uploaded");
    return OGRMapflowRaise(err);
}

bool Upload::OpenFile()
{
    const std::string why = OGRMapflowUploadFile::WhyConvert(m_source, m_options);
    if (why.empty())
        m_file = OGRMapflowUploadFile::OpenAsItIs(m_source);
    else if (m_options.Is("CONVERT", "NO"))
        return OGRMapflowRefuseUpload("CONVERT=NO sends the file as it is, but " + why + '.');
    else
    {
        CPLDebug("MAPFLOW", "The raster is converted: %s", why.c_str());
        void *const scaled = GDALCreateScaledProgress(0, CONVERSION, m_progress, m_progressData);
        m_file = OGRMapflowUploadFile::Convert(m_source, m_options, GDALScaledProgress, scaled);
        GDALDestroyScaledProgress(scaled);
        m_begin = CONVERSION;
    }
    return m_file != nullptr;
}

bool Upload::Prepare()
{
    if (ShowProgress(0))
    {
        CPLError(CE_Failure, CPLE_UserInterrupt, "Cancelled");
        return false;
    }
    if (!OGRMapflowCheckRaster(m_source, m_options) || !SetName())
        return false;
    m_client = OGRMapflowConnect(m_target);
    if (m_client == nullptr || !OpenJournal() || !FindMosaic() || !CheckFit() ||
        !OGRMapflowTry(mf_storage_get, &m_storage, m_client.get()) || !CheckStorage(0) ||
        !OpenFile())
        return false;
    const std::string report = m_options.Get("REPORT");
    if (!report.empty())
        m_report = std::make_unique<OGRMapflowReportFile>(report);
    return m_report == nullptr || m_report->Check();
}

// ---- once

mf_image_run_options Upload::RunOptions() const
{
    mf_image_run_options options = {};
    options.journal = m_journal.get();
    options.client = m_client.get();
    options.started = m_started;
    options.no_resume = !m_options.GetBool("RESUME", true);
    options.listener.say = OGRMapflowWarn;
    return options;
}

bool Upload::CreateMosaic()
{
    if (m_mosaic != nullptr)
        return true;
    // A new mosaic has no duplicates, so storage is the last check. Run it before creating the
    // mosaic.
    if (!CheckStorage(m_file->Size()))
        return false;
    const CPLStringList tags = m_options.Tags();
    const mf_str_list list = OGRMapflowListOf(tags);
    const mf_image_run_options options = RunOptions();
    m_mosaic = std::make_unique<Mosaic>();
    return OGRMapflowTry(mf_mosaic_find_or_create, m_mosaic.get(), &options,
                         m_target.TargetName().c_str(), &list, &m_isCreated);
}

bool Upload::OpenRun()
{
    const std::string content = m_file->Content(m_progress, m_progressData);
    const mf_image_run_options options = RunOptions();
    const mf_image_file file = {m_mosaic->id, m_name.c_str(), m_file->Size(), content.c_str()};
    mf_image_run *run = nullptr;
    if (content.empty() || !OGRMapflowTry(mf_image_run_open, &run, &options, &file))
        return false;
    m_run.reset(run);
    return true;
}

// The notes do not say whether the checksum is that of the uploaded file or of the service's
// conversion.
bool Upload::IsSameContent(const mf_image &image, bool &failed)
{
    if (image.checksum == nullptr || image.size != static_cast<double>(m_file->Size()))
        return false;
    const std::string sha1 = m_file->SHA1(m_progress, m_progressData);
    failed = sha1.empty();
    return !failed && EQUAL(image.checksum, sha1.c_str());
}

bool Upload::CheckDuplicates()
{
    if (m_options.Is("DUPLICATES", "ALLOW"))
        return true;
    const mf_image_list &images = *mf_image_run_images(m_run.get());
    bool failed = false;
    for (size_t i = 0; i < images.count && !failed; ++i)
    {
        const mf_image &image = images.items[i];
        const bool isNamed = m_name == image.filename;
        const bool isSized = image.size == static_cast<double>(m_file->Size());
        if (image.state == MF_IMAGE_FAILED)
            continue;
        if (isNamed && (isSized || std::isnan(image.size)))
            return OGRMapflowRefuseUpload(CPLSPrintf(
                "The mosaic has an image \"%s\" of %s already: %s. The file has " CPL_FRMT_GIB
                " bytes. DUPLICATES=ALLOW uploads it anyway, NAME gives it another name.",
                image.filename,
                isSized ? CPLSPrintf("%.0f bytes", image.size) : "a size that is not known yet",
                image.id, static_cast<GIntBig>(m_file->Size())));
        if (IsSameContent(image, failed))
            return OGRMapflowRefuseUpload(CPLSPrintf(
                "The mosaic has the same file already, as image \"%s\": %s (%.0f bytes, SHA-1 %s). "
                "DUPLICATES=ALLOW uploads it anyway.",
                image.filename, image.id, image.size, image.checksum));
    }
    return !failed;
}

bool Upload::Send()
{
    OGRMapflowError err;
    if (mf_image_run_state(m_run.get()) == MF_JOB_SENT)
        return true;
    if (!CheckStorage(m_file->Size()) || !CheckDuplicates() || !m_file->Rewind())
        return false;
    const mf_upload content = {this, m_file->Size(), OnRead, OnUpload};
    if (mf_image_run_send(m_run.get(), &content, &err) == 0)
        return true;
    const bool isUnknown = mf_image_run_state(m_run.get()) == MF_JOB_UNKNOWN;
    if (!isUnknown)
        mf_error_append(&err, ". Nothing is stored");
    (void)OGRMapflowRaise(err);
    if (isUnknown && m_report != nullptr)
        (void)Report();
    return false;
}

// ---- afterwards

// Adds missing tags to a mosaic that already existed.
bool Upload::AddTags()
{
    const CPLStringList wanted = m_options.Tags();
    CPLStringList all;
    for (size_t i = 0; i < m_mosaic->tags.count; ++i)
        all.AddString(m_mosaic->tags.items[i]);
    const int before = all.Count();
    for (int i = 0; i < wanted.Count(); ++i)
        if (CSLFindStringCaseSensitive(all.List(), wanted[i]) < 0)
            all.AddString(wanted[i]);
    const mf_str_list list = OGRMapflowListOf(all);
    return m_isCreated || all.Count() == before ||
           OGRMapflowTry(mf_mosaic_update, m_client.get(), m_mosaic->id, m_mosaic->name, &list);
}

bool Upload::Wait(bool &isOver)
{
    if (!m_options.GetBool("WAIT", false))
        return Judge(isOver);
    OGRMapflowWaiter waiter;
    waiter.Read(m_target, m_client.get());
    const mf_image_wait wanted = {waiter.Timeout(), std::min(LONGEST_POLL, waiter.Interval()),
                                  OnWait, this};
    return OGRMapflowTry(mf_image_run_wait, m_run.get(), &wanted, &isOver);
}

// Without WAIT, also fails for an image that is already known to have failed.
bool Upload::Judge(bool &isOver) const
{
    const mf_image *const image = mf_image_run_image(m_run.get());
    isOver = true;
    if (image == nullptr || image->state != MF_IMAGE_FAILED)
        return true;
    CPLError(CE_Failure, CPLE_AppDefined, "The service cannot use image %s (\"%s\"): %s", image->id,
             m_name.c_str(), image->error != nullptr ? image->error : "no reason given");
    return false;
}

const char *Upload::State() const
{
    const mf_image *const image = mf_image_run_image(m_run.get());
    if (mf_image_run_state(m_run.get()) == MF_JOB_UNKNOWN)
        return "UNKNOWN";
    return image != nullptr ? mf_image_state_name(image->state) : "UPLOADED";
}

bool Upload::Report()
{
    const char *const id = mf_image_run_id(m_run.get());
    cJSON *const line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "mosaicId", m_mosaic->id);
    if (*id != '\0')
        cJSON_AddStringToObject(line, "imageId", id);
    else
        cJSON_AddNullToObject(line, "imageId");
    cJSON_AddStringToObject(line, "name", m_name.c_str());
    cJSON_AddNumberToObject(line, "bytes", static_cast<double>(m_file->Size()));
    cJSON_AddStringToObject(line, "state", State());
    const std::string text = OGRMapflowTaken(cJSON_PrintUnformatted(line), cJSON_free);
    cJSON_Delete(line);
    return m_report->Append(text);
}

void Upload::Tell() const
{
    OGRMapflowTell(CPLSPrintf(
        "Mapflow: \"%s\" uploaded as image %s of mosaic %s (\"%s\"): " CPL_FRMT_GIB " bytes",
        m_name.c_str(), mf_image_run_id(m_run.get()), m_mosaic->id, m_mosaic->name,
        static_cast<GIntBig>(m_file->Size())));
}

bool Upload::Finish()
{
    if (m_report == nullptr)
        Tell();
    bool isOver = false;
    const bool done = AddTags() && Wait(isOver);
    const bool isReported = m_report == nullptr || Report();
    // The run ends only when the command has nothing left to do. If it is interrupted while
    // waiting, the repeated command goes on waiting.
    return (!isOver || !isReported || OGRMapflowTry(mf_image_run_end, m_run.get())) && done &&
           isReported;
}

std::unique_ptr<GDALDataset> Upload::Result() const
{
    auto dataset = std::make_unique<OGRMapflowUploadDataset>(m_source);
    dataset->SetDescription(m_target.PublicName().c_str());
    dataset->SetMetadataItem("MOSAIC_ID", m_mosaic->id);
    if (*mf_image_run_id(m_run.get()) != '\0')
        dataset->SetMetadataItem("IMAGE_ID", mf_image_run_id(m_run.get()));
    dataset->SetMetadataItem("NAME", m_name.c_str());
    dataset->SetMetadataItem("BYTES",
                             CPLSPrintf(CPL_FRMT_GIB, static_cast<GIntBig>(m_file->Size())));
    dataset->SetMetadataItem("STATE", State());
    return dataset;
}

std::unique_ptr<GDALDataset> Upload::Run()
{
    if (!Prepare() || !CreateMosaic())
        return nullptr;
    if (!OpenRun() || !Send())
    {
        if (m_isCreated)
            CPLError(CE_Failure, CPLE_AppDefined, "Mosaic %s (\"%s\") was created, and is empty.",
                     m_mosaic->id, m_mosaic->name);
        return nullptr;
    }
    if (!Finish())
        return nullptr;
    (void)ShowProgress(1);
    return Result();
}

} // namespace

GDALDataset *OGRMapflowUpload(const char *name, GDALDataset *source, int,
                              MapflowCreateOptions creationOptions, GDALProgressFunc progress,
                              void *progressData)
{
    // Otherwise Ctrl-C would lose the id of what was just uploaded.
    const OGRMapflowInterruptible interruptible;
    auto options = OGRMapflowUploadOptions::Parse(creationOptions);
    if (!options)
        return nullptr;
    auto target = OGRMapflowOptions::Parse(
        name, OGRMapflowSubmissionOptions::ConnectionOptions(creationOptions).List());
    if (!target)
        return nullptr;
    if (target->GetTarget() != OGRMapflowOptions::Target::Mosaic)
    {
        (void)OGRMapflowRefuseUpload(
            "A raster is uploaded into a mosaic: MAPFLOW:mosaic=<uuid or name>.");
        return nullptr;
    }
    if (!OGRMapflowMayAsk(*target, "An upload"))
        return nullptr;
    return Upload(*source, std::move(*target), std::move(*options),
                  progress != nullptr ? progress : GDALDummyProgress, progressData)
        .Run()
        .release();
}
