#include "submit/submission_queue.h"

#include <cmath>

#include "base/signal.h"
#include "common/errors.h"
#include "submit/submission_wait.h"

namespace
{

std::string CostOf(double credits)
{
    return std::isnan(credits) ? std::string() : CPLSPrintf(", %.15g credits", credits);
}

// The id is what the user needs next: where no report is asked for it is told, to a person on a
// terminal and else to the debug log.
void Tell(const mf_submission *submission, size_t i, bool isDry)
{
    const mf_job *const job = mf_submission_job(submission, i);
    const std::string line = CPLSPrintf(
        "Mapflow: \"%s\"%s%s: %.6f km² in %d polygons%s", job->name,
        isDry ? " checked, nothing submitted" : " submitted as processing ", job->id,
        job->area_m2 / 1e6, static_cast<int>(job->polygons.count), CostOf(job->cost).c_str());
    if (mf_stderr_is_terminal())
        fprintf(stderr, "%s\n", line.c_str());
    else
        CPLDebug("MAPFLOW", "%s", line.c_str());
}

} // namespace

OGRLayer *OGRMapflowSubmissions::CreateLayer(GDALDataset *dataset, const char *name,
                                             const OGRSpatialReference *srs,
                                             OGRwkbGeometryType type, CSLConstList layerOptions)
{
    NoteRefusals();
    auto options = OGRMapflowSubmissionOptions::Parse(m_creationOptions.List(), layerOptions);
    if (!options)
        return nullptr;
    Entry entry;
    const std::string report = options->Get("REPORT");
    entry.layer = OGRMapflowSubmissionLayer::Create(dataset, name, srs, type, std::move(*options));
    if (entry.layer == nullptr)
        return nullptr;
    if (!report.empty())
    {
        auto &shared = m_reports[report];
        if (shared == nullptr)
            shared = std::make_shared<OGRMapflowSubmissionReport>(report);
        entry.report = shared;
    }
    m_layers.push_back(std::move(entry));
    return m_layers.back().layer.get();
}

// ---- transactions

void OGRMapflowSubmissions::NoteRefusals()
{
    for (Entry &entry : m_layers)
        entry.isRefusalIgnored |= entry.layer->IsRefused();
}

OGRErr OGRMapflowSubmissions::Begin()
{
    NoteRefusals();
    if (m_isInTransaction)
        return OGRERR_FAILURE;
    m_isInTransaction = true;
    return OGRERR_NONE;
}

OGRErr OGRMapflowSubmissions::Commit()
{
    NoteRefusals();
    if (!m_isInTransaction)
        return OGRERR_FAILURE;
    m_isInTransaction = false;
    return OGRERR_NONE;
}

OGRErr OGRMapflowSubmissions::Rollback()
{
    if (!m_isInTransaction)
        return OGRERR_FAILURE;
    m_isInTransaction = false;
    for (Entry &entry : m_layers)
        if (entry.state == State::Open)
            entry.state = State::Abandoned;
    return OGRERR_NONE;
}

// ---- submitting

// What is to be submitted now. Each layer has one turn, whatever comes of it.
std::vector<OGRMapflowSubmissions::Entry *> OGRMapflowSubmissions::TakeDue(bool &failed)
{
    std::vector<Entry *> due;
    for (Entry &entry : m_layers)
    {
        const bool isRefused = entry.layer->IsRefused();
        if (entry.state == State::Open && !isRefused)
            due.push_back(&entry);
        else if (isRefused && (entry.state == State::Open || entry.isRefusalIgnored))
        {
            CPLError(CE_Failure, CPLE_AppDefined,
                     "Layer \"%s\" is not submitted: one of its features was refused.",
                     entry.layer->GetName());
            failed = true;
        }
        entry.isRefusalIgnored = false;
        entry.state = State::Done;
    }
    return due;
}

bool OGRMapflowSubmissions::Finish(GDALDataset *dataset, bool isClosing)
{
    if (m_isInTransaction && !isClosing)
        return true;
    bool failed = false;
    auto due = TakeDue(failed);
    if (m_isInTransaction && !due.empty())
    {
        CPLError(
            CE_Failure, CPLE_AppDefined,
            "Nothing is submitted: the transaction in which it was written was not committed.");
        failed = true;
    }
    if (failed || due.empty())
        return !failed;
    // Ctrl-C would else leave the user without the id of what was just paid for.
    const OGRMapflowInterruptible interruptible;
    const bool done = Submit(due);
    PublishMetadata(dataset);
    return done;
}

bool OGRMapflowSubmissions::Prepare(Entry &entry)
{
    const auto &options = entry.layer->Options();
    mf_submission *const submission = entry.layer->Submission();
    mf_error err;
    mf_error_init(&err);
    if (!entry.layer->MakeJobs())
        return false;
    if (EQUAL(options.Get("SPLIT").c_str(), "FEATURE") && entry.report != nullptr &&
        !entry.report->Resume(submission))
        return false;
    if (mf_submission_prepare(submission, m_client.get(), &err) == 0)
        return true;
    OGRMapflowRaise(err);
    return false;
}

bool OGRMapflowSubmissions::Submit(const std::vector<Entry *> &due)
{
    OGRMapflowWaiter waiter;
    m_client = OGRMapflowConnect(m_options);
    if (m_client == nullptr)
        return false;
    waiter.Read(m_options, m_client.get());
    for (size_t i = 0; i < due.size(); ++i)
    {
        for (size_t before = 0; before < i; ++before)
            mf_submission_reserve(due[i]->layer->Submission(), due[before]->layer->Submission());
        if (!Prepare(*due[i]))
            return false;
    }
    for (Entry *entry : due)
        if (entry->report != nullptr && !entry->report->Open())
            return false;
    bool done = true;
    for (const Entry *entry : due)
        for (size_t i = 0; done && i < mf_submission_count(entry->layer->Submission()); ++i)
            done = Send(*entry, i);
    for (const Entry *entry : due)
        if (entry->report != nullptr)
            done = entry->report->Close() && done;
    for (const Entry *entry : due)
        if (done && entry->layer->Options().GetBool("WAIT", false))
            done = OGRMapflowWaitForJobs(entry->layer->Submission(), m_client.get(), waiter);
    return done;
}

// What is left of a batch after a failure: the report and this message tell.
static std::string Remaining(const mf_submission *submission, size_t failed)
{
    const size_t count = mf_submission_count(submission);
    if (count < 2)
        return std::string();
    std::string text = CPLSPrintf(". %d of %d processings were submitted before",
                                  static_cast<int>(failed), static_cast<int>(count));
    for (size_t i = 0; i < failed && i < 20; ++i)
        text += std::string(i == 0 ? ": " : ", ") + mf_submission_job(submission, i)->id;
    return text + (failed > 20 ? ", and more." : ".");
}

bool OGRMapflowSubmissions::Send(const Entry &entry, size_t i)
{
    mf_submission *const submission = entry.layer->Submission();
    const bool isDry = entry.layer->Options().GetBool("DRY_RUN", false);
    const mf_job *const job = mf_submission_job(submission, i);
    if (job->state == MF_JOB_SENT)
    {
        CPLDebug("MAPFLOW", "\"%s\" was submitted before as processing %s", job->name, job->id);
        return true; // by an earlier run: the report has it
    }
    mf_error err;
    mf_error_init(&err);
    if (entry.report != nullptr && !isDry && !entry.report->Announce(submission, i))
        return false;
    const bool done = isDry || mf_submission_send(submission, i, m_client.get(), &err) == 0;
    if (!done)
    {
        mf_error_append(&err, "%s", Remaining(submission, i).c_str());
        OGRMapflowRaise(err);
    }
    if (done && entry.report == nullptr)
        Tell(submission, i, isDry);
    if (entry.report != nullptr && !done && job->state == MF_JOB_NEW)
        return entry.report->Retract(submission, i) && done;
    if (entry.report == nullptr)
        return done;
    if (entry.report->Write(submission, i))
        return done;
    if (done && !isDry)
        CPLError(CE_Failure, CPLE_FileIO, "Processing %s (\"%s\") was submitted.", job->id,
                 job->name);
    return false;
}

void OGRMapflowSubmissions::PublishMetadata(GDALDataset *dataset) const
{
    std::string ids;
    double area = 0, cost = 0;
    for (const Entry &entry : m_layers)
        for (size_t i = 0; i < mf_submission_count(entry.layer->Submission()); ++i)
        {
            const mf_job *const job = mf_submission_job(entry.layer->Submission(), i);
            if (job->state == MF_JOB_SENT)
                ids += (ids.empty() ? "" : ",") + std::string(job->id);
            area += job->area_m2;
            cost += job->cost;
        }
    if (!ids.empty())
        dataset->SetMetadataItem("PROCESSING_ID", ids.c_str());
    dataset->SetMetadataItem("AREA_M2", CPLSPrintf("%.15g", area));
    if (!std::isnan(cost))
        dataset->SetMetadataItem("COST", CPLSPrintf("%.15g", cost));
}

bool OGRMapflowCanCreate(const char *capability)
{
    return EQUAL(capability, ODsCCreateLayer) || EQUAL(capability, ODsCTransactions) ||
           EQUAL(capability, ODsCCurveGeometries) || EQUAL(capability, ODsCMeasuredGeometries) ||
           EQUAL(capability, ODsCRandomLayerWrite) || EQUAL(capability, ODsCZGeometries);
}
