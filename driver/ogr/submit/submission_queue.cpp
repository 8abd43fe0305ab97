// SPDX-License-Identifier: MIT
#include "submit/submission_queue.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "common/errors.h"
#include "common/waiting.h"

namespace
{

// Maximum age of the balance that is checked: s.
constexpr double ACCOUNT_MAX_AGE = 60;

std::string CostOf(double credits)
{
    return std::isnan(credits) ? std::string() : CPLSPrintf(", %.15g credits", credits);
}

// Without REPORT, shows the id, which the user needs next.
void Tell(const mf_submission *submission, size_t i, bool isDry)
{
    const mf_job *const job = mf_submission_job(submission, i);
    OGRMapflowTell(CPLSPrintf("Mapflow: \"%s\"%s%s: %.6f km² in %d polygons%s", job->name,
                              isDry ? " checked, nothing submitted" : " submitted as processing ",
                              job->id, job->area_m2 / 1e6, static_cast<int>(job->polygons.count),
                              CostOf(job->cost).c_str()));
}

void WarnOfCost(const mf_job &job)
{
    if (job.cost > job.price)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "Processing %s (\"%s\") costs %.15g credits; the price given before was %.15g.",
                 job.id, job.name, job.cost, job.price);
}

// Credits of a MAX_COST that was already checked; NaN: none.
double LimitOf(const char *text)
{
    return text != nullptr ? CPLAtof(text) : NAN;
}

} // namespace

OGRMapflowSubmissions::OGRMapflowSubmissions(OGRMapflowOptions options,
                                             CSLConstList creationOptions)
    : m_options(std::move(options)), m_creationOptions(CSLDuplicate(creationOptions))
{
}

// ---- creating layers

// Also fetches the account, unless it is younger than ACCOUNT_MAX_AGE.
bool OGRMapflowSubmissions::Connect()
{
    const double now = mf_clock_monotonic();
    if (m_client == nullptr)
        m_client = OGRMapflowConnect(m_options);
    if (m_client == nullptr)
        return false;
    if (m_account != nullptr && now - m_accountTime < ACCOUNT_MAX_AGE)
        return true;
    m_account = std::make_unique<Account>();
    m_accountTime = now;
    if (!OGRMapflowTry(mf_account_get, m_account.get(), m_client.get()))
        m_account.reset();
    return m_account != nullptr;
}

OGRLayer *OGRMapflowSubmissions::CreateLayer(GDALDataset *dataset, const char *name,
                                             const OGRSpatialReference *srs,
                                             OGRwkbGeometryType type, CSLConstList layerOptions)
{
    NoteRefusals();
    if (std::all_of(m_layers.begin(), m_layers.end(), [](const Entry &e) { return e.isDone; }))
    {
        m_started = mf_clock_utc(); // later submissions belong to another command
        m_sourceErrors = std::make_unique<OGRMapflowSourceErrors>();
    }
    const OGRMapflowSourceErrors::Pause pause;
    auto options = OGRMapflowSubmissionOptions::Parse(m_creationOptions.List(), layerOptions);
    if (!options)
        return nullptr;
    Entry entry;
    const std::string report = options->Get("REPORT");
    entry.layer =
        OGRMapflowSubmissionLayer::Create(dataset, *this, name, srs, type, std::move(*options));
    if (entry.layer == nullptr)
        return nullptr;
    const OGRMapflowInterruptible interruptible;
    if (!Connect() ||
        !OGRMapflowTry(mf_submission_resolve, entry.Submission(), m_account.get(),
                       m_client.get()) ||
        !entry.layer->FetchArea(m_client.get()))
        return nullptr;
    if (!report.empty())
    {
        auto &shared = m_reports[report];
        if (shared == nullptr)
            shared = std::make_shared<OGRMapflowReportFile>(report);
        entry.report = shared;
    }
    entry.isNew = m_isInTransaction;
    m_isConfirmed = false;
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
    for (Entry &entry : m_layers)
    {
        entry.mark = entry.layer->Count();
        entry.isNew = false;
    }
    return OGRERR_NONE;
}

OGRErr OGRMapflowSubmissions::Commit()
{
    NoteRefusals();
    if (!m_isInTransaction)
        return OGRERR_FAILURE;
    m_isInTransaction = false;
    m_isConfirmed = true;
    return OGRERR_NONE;
}

OGRErr OGRMapflowSubmissions::Rollback()
{
    if (!m_isInTransaction)
        return OGRERR_FAILURE;
    m_isInTransaction = false;
    m_isConfirmed = false;
    for (Entry &entry : m_layers)
    {
        if (entry.isDone)
            continue;
        if (entry.isNew)
            entry.layer->Finish();
        entry.isDone = entry.isNew;
        entry.layer->Truncate(entry.isNew ? 0 : entry.mark);
    }
    return OGRERR_NONE;
}

// ---- due layers

// Returns what to submit now. Each layer gets one attempt, whatever its outcome.
OGRMapflowSubmissions::Entries OGRMapflowSubmissions::TakeDue(bool &failed,
                                                              const OGRMapflowSubmissionLayer *only)
{
    Entries due;
    for (Entry &entry : m_layers)
    {
        if (only != nullptr && entry.layer.get() != only)
            continue;
        const bool isRefused = entry.layer->IsRefused();
        if (!entry.isDone && !isRefused)
            due.push_back(&entry);
        else if (isRefused && (!entry.isDone || entry.isRefusalIgnored))
        {
            CPLError(CE_Failure, CPLE_AppDefined,
                     "Layer \"%s\" is not submitted: one of its features was refused.",
                     entry.layer->GetName());
            failed = true;
        }
        entry.isRefusalIgnored = false;
        entry.isDone = true;
        entry.layer->Finish();
    }
    return due;
}

bool OGRMapflowSubmissions::RefuseUnconfirmed() const
{
    CPLError(
        CE_Failure, CPLE_AppDefined,
        m_isInTransaction
            ? "Nothing is submitted: the transaction in which it was written was not committed."
            : "Nothing is submitted: the dataset was closed without FlushCache() or a committed "
              "transaction after the last change.");
    return false;
}

// The error was shown when it was raised: this message states the consequence.
bool OGRMapflowSubmissions::CheckSource(const Entries &due) const
{
    const std::string fault = m_sourceErrors->First();
    if (fault.empty() ||
        std::all_of(due.begin(), due.end(),
                    [](const Entry *entry) { return entry->IgnoresSourceErrors(); }))
        return true;
    CPLError(CE_Failure, CPLE_AppDefined,
             "The source reported an error (%.200s): nothing is submitted. SOURCE_ERRORS=IGNORE "
             "submits what was read.",
             fault.c_str());
    return false;
}

void OGRMapflowSubmissions::NoteWriting()
{
    m_isConfirmed = false;
    m_sourceErrors->Follow();
}

bool OGRMapflowSubmissions::Finish(GDALDataset *dataset, bool isClosing,
                                   const OGRMapflowSubmissionLayer *only)
{
    if (m_isInTransaction && !isClosing)
        return true;
    bool failed = false;
    const Entries due = TakeDue(failed, only);
    if (isClosing && !due.empty() && (m_isInTransaction || !m_isConfirmed))
        return RefuseUnconfirmed();
    return failed || due.empty() ? !failed : FinishDue(dataset, due);
}

bool OGRMapflowSubmissions::FinishDue(GDALDataset *dataset, const Entries &due)
{
    // Otherwise Ctrl-C would leave the user without the id of what was just paid for.
    const OGRMapflowInterruptible interruptible;
    const bool done = CheckSource(due) && Submit(due);
    m_started = mf_clock_utc(); // later submissions belong to another command
    PublishMetadata(dataset);
    return done;
}

// ---- submitting

bool OGRMapflowSubmissions::Submit(const Entries &due)
{
    OGRMapflowWaiter waiter;
    if (!Connect())
        return false;
    waiter.Read(m_options, m_client.get());
    for (const Entry *entry : due)
        if (!entry->layer->MakeJobs())
            return false;
    if (!OpenJournal(due))
        return false;
    const Run run = OpenRun(due);
    if (run == nullptr || !Check(due))
        return false;
    for (const Entry *entry : due)
        if (entry->report != nullptr && !entry->report->Check())
            return false;
    if (!SendAll(due, run.get()))
        return false;
    // The run ends when the command has nothing left to do: if it is interrupted while waiting, the
    // repeated command continues to wait. Other processes need not wait for that.
    mf_run_unlock(run.get());
    bool isOver = true;
    const bool done = WaitForAll(due, waiter, isOver);
    return (!isOver || OGRMapflowTry(mf_run_end, run.get())) && done;
}

// Opens the journal of the account. JOURNAL=NO of one layer applies to all.
bool OGRMapflowSubmissions::OpenJournal(const Entries &due)
{
    const bool isWanted = std::all_of(
        due.begin(), due.end(), [](const Entry *entry) { return entry->Wants("JOURNAL", true); });
    // A dry run only reads it.
    const bool isDry =
        std::all_of(due.begin(), due.end(), [](const Entry *e) { return e->IsDry(); });
    if (!isWanted || m_journal != nullptr)
    {
        if (!isWanted)
            m_journal.reset();
        return true;
    }
    OGRMapflowError err;
    mf_journal *journal = nullptr;
    std::string account = m_account->email;
    if (account.empty())
        account = CPLSPrintf("token " CPL_FRMT_GUIB,
                             static_cast<GUIntBig>(mf_client_account(m_client.get())));
    if (mf_journal_open(&journal, m_options.Get("STATE_DIR").c_str(),
                        mf_client_base_url(m_client.get()), account.c_str(), &err) != 0)
        return isDry || OGRMapflowRaise(err);
    m_journal.reset(journal);
    return true;
}

// Finds what was submitted before. Returns nullptr after one CPLError.
OGRMapflowSubmissions::Run OGRMapflowSubmissions::OpenRun(const Entries &due)
{
    std::vector<mf_submission *> submissions;
    std::string former;
    mf_run_options options = {};
    options.dry_run =
        std::all_of(due.begin(), due.end(), [](const Entry *e) { return e->IsDry(); });
    options.former_report_time = NAN;
    for (const Entry *entry : due)
    {
        if (options.dry_run || !entry->IsDry())
            submissions.push_back(entry->Submission());
        if (entry->report != nullptr && former.empty())
            former = entry->report->Former(options.former_report_time);
    }
    options.journal = m_journal.get();
    options.client = m_client.get();
    options.started = m_started;
    options.former_report = former.c_str();
    options.listener.say = OGRMapflowWarn;
    mf_run *run = nullptr;
    (void)OGRMapflowTry(mf_run_open, &run, submissions.data(), submissions.size(), &options);
    return Run(run);
}

bool OGRMapflowSubmissions::Check(const Entries &due)
{
    const bool wantsPrice = m_creationOptions.FetchNameValue("MAX_COST") != nullptr;
    for (size_t i = 0; i < due.size(); ++i)
    {
        for (size_t before = 0; before < i; ++before)
            mf_submission_reserve(due[i]->Submission(), due[before]->Submission());
        if (!OGRMapflowTry(mf_submission_check, due[i]->Submission(), m_account.get(), wantsPrice,
                           m_client.get()))
            return false;
    }
    return CheckTotal(due);
}

// MAX_COST of the dataset limits all layers together, including those submitted before.
bool OGRMapflowSubmissions::CheckTotal(const Entries &due) const
{
    const double limit = LimitOf(m_creationOptions.FetchNameValue("MAX_COST"));
    double total = 0;
    bool isPaid = true;
    for (const Entry &entry : m_layers)
        for (size_t i = 0; i < mf_submission_count(entry.Submission()); ++i)
        {
            const mf_job *const job = mf_submission_job(entry.Submission(), i);
            const bool isDue =
                job->state == MF_JOB_NEW && std::find(due.begin(), due.end(), &entry) != due.end();
            if ((isDue || job->state != MF_JOB_NEW) && !std::isnan(job->cost))
                total += job->cost;
            isPaid = isPaid && !isDue;
        }
    if (isPaid || !mf_price_is_above(total, limit))
        return true;
    CPLError(
        CE_Failure, CPLE_IllegalArg,
        "The price of all layers is %.15g credits, and MAX_COST allows %.15g credits. Nothing is "
        "submitted.",
        total, limit);
    return false;
}

bool OGRMapflowSubmissions::SendAll(const Entries &due, mf_run *run)
{
    for (const Entry *entry : due)
        for (size_t i = 0; i < mf_submission_count(entry->Submission()); ++i)
            if (!Send(due, *entry, i, run))
                return false;
    return true;
}

// States what was submitted, and how to continue, after one of several processings failed.
std::string OGRMapflowSubmissions::Remaining(const Entries &due) const
{
    constexpr int MOST_IDS = 20;
    int count = 0, submitted = 0;
    std::string ids;
    bool resumes = true;
    for (const Entry *entry : due)
    {
        resumes = resumes && entry->Wants("RESUME", true);
        for (size_t i = 0; i < mf_submission_count(entry->Submission()); ++i)
        {
            const mf_job *const job = mf_submission_job(entry->Submission(), i);
            ++count;
            if (job->state == MF_JOB_SENT && ++submitted <= MOST_IDS)
                ids += std::string(ids.empty() ? ": " : ", ") + job->id;
        }
    }
    if (count < 2)
        return std::string();
    std::string text = CPLSPrintf(". %d of %d processings were submitted%s%s.", submitted, count,
                                  ids.c_str(), submitted > MOST_IDS ? ", and more" : "");
    if (m_journal == nullptr)
        return text + " Leave them out when you repeat the command: with JOURNAL=NO they would be "
                      "sent again";
    return text + " Repeat the command" + (resumes ? "" : " without RESUME=NO") +
           " to submit the rest: what was submitted is not sent again";
}

bool OGRMapflowSubmissions::Send(const Entries &due, const Entry &entry, size_t i, mf_run *run)
{
    mf_submission *const submission = entry.Submission();
    const bool isDry = entry.IsDry();
    const mf_job *const job = mf_submission_job(submission, i);
    OGRMapflowError err;
    const bool done = isDry || mf_run_send(run, submission, i, &err) == 0;
    const bool isLineDue = done || job->state != MF_JOB_NEW;
    if (done && !isDry)
        WarnOfCost(*job);
    if (!done)
    {
        mf_error_append(&err, "%s", Remaining(due).c_str());
        OGRMapflowRaise(err);
    }
    if (entry.report == nullptr)
    {
        if (done)
            Tell(submission, i, isDry);
        return done;
    }
    // A stream only gets the final line.
    const bool isLater = done && entry.Wants("WAIT") && !entry.report->CanUpdate();
    if (!isLineDue || isLater || entry.report->Append(submission, i))
        return done;
    if (done && !isDry)
        CPLError(CE_Failure, CPLE_FileIO, "Processing %s (\"%s\") was submitted.", job->id,
                 job->name);
    return false;
}

// ---- waiting

// Reports an end without a result as a failure.
static bool JudgeEnd(const mf_processing &processing)
{
    if (processing.state == MF_STATE_DONE)
        return true;
    CPLError(CE_Failure, CPLE_AppDefined, "Processing %s (\"%s\") ended with status %s. %s",
             processing.id, processing.name, processing.status,
             processing.messages != nullptr ? processing.messages : "");
    return false;
}

// Sets `isOver` to false if the processing has not ended, or its line was not written.
bool OGRMapflowSubmissions::WaitForOne(const Entry &entry, size_t i, OGRMapflowWaiter &waiter,
                                       bool &isOver)
{
    OGRMapflowError err;
    OGRMapflowOwned<mf_processing_free> processing;
    const char *const id = mf_submission_job(entry.Submission(), i)->id;
    bool done = false, hasEnded = false;
    // After Ctrl-C, which was already reported, only the line remains to be written.
    const bool isStopped = mf_client_cancelled(m_client.get()) || waiter.WasStopped();
    if (!isStopped && mf_processing_get(&processing, m_client.get(), id, &err) == 0)
    {
        hasEnded = waiter.Wait(m_client.get(), processing);
        done = hasEnded && JudgeEnd(processing);
        mf_submission_update(entry.Submission(), i, &processing);
    }
    else if (!isStopped)
    {
        hasEnded = err.kind == MF_ERR_NOT_FOUND; // it was deleted
        OGRMapflowRaise(err);
    }
    const bool isReported =
        entry.report == nullptr ||
        (entry.report->CanUpdate() ? entry.report->Update(entry.Submission(), i)
                                   : entry.report->Append(entry.Submission(), i));
    isOver = isOver && hasEnded && isReported;
    return done && isReported;
}

bool OGRMapflowSubmissions::WaitForAll(const Entries &due, OGRMapflowWaiter waiter, bool &isOver)
{
    const double start = mf_clock_monotonic();
    std::vector<std::pair<const Entry *, size_t>> awaited;
    for (const Entry *entry : due)
        for (size_t i = 0; entry->Wants("WAIT") && i < mf_submission_count(entry->Submission());
             ++i)
            awaited.emplace_back(entry, i);
    const auto count = static_cast<double>(awaited.size());
    bool done = true;
    for (size_t i = 0; i < awaited.size(); ++i)
    {
        const auto before = static_cast<double>(i);
        const std::unique_ptr<void, decltype(&GDALDestroyScaledProgress)> part(
            GDALCreateScaledProgress(before / count, (before + 1) / count, m_progress,
                                     m_progressData),
            GDALDestroyScaledProgress);
        waiter.ReportTo(part != nullptr ? GDALScaledProgress : nullptr, part.get());
        waiter.SetWaited(mf_clock_monotonic() - start);
        done = WaitForOne(*awaited[i].first, awaited[i].second, waiter, isOver) && done;
    }
    return done;
}

// ---- metadata

void OGRMapflowSubmissions::PublishMetadata(GDALDataset *dataset) const
{
    std::string ids;
    double area = 0, cost = 0;
    for (const Entry &entry : m_layers)
        for (size_t i = 0; i < mf_submission_count(entry.Submission()); ++i)
        {
            const mf_job *const job = mf_submission_job(entry.Submission(), i);
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
