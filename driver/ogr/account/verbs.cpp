// SPDX-License-Identifier: MIT
#include "account/verbs.h"

#include "api/processing_edit.h"
#include "base/uuid.h"
#include "common/compat.h"
#include "common/errors.h"
#include "common/owned.h"

namespace
{

using Object = OGRMapflowVerb::Object;

struct Known
{
    const char *name;
    size_t least, most; // arguments
    const char *usage;
    Object object = Object::Processing;
    bool deletes = false;
};

constexpr Known VERBS[] = {
    {"RESTART", 1, 1, "RESTART <uuid>"},
    {"RATE", 2, 3, "RATE <uuid> <1-5> 'text'"},
    {"ACCEPT", 1, 1, "ACCEPT <uuid>"},
    {"REJECT", 2, 2, "REJECT <uuid> 'comment'"},
    {"DELETE FAILED IMAGES", 1, 1, "DELETE FAILED IMAGES <uuid or 'name'>", Object::Mosaic, true},
    {"PAUSE PLANNED SEARCH", 1, 1, "PAUSE PLANNED SEARCH <uuid>", Object::PlannedSearch},
    {"RESUME PLANNED SEARCH", 1, 1, "RESUME PLANNED SEARCH <uuid>", Object::PlannedSearch},
    {"RESTART PLANNED SEARCH", 1, 1, "RESTART PLANNED SEARCH <uuid>", Object::PlannedSearch}};

// Splits at spaces outside of single or double quotes. A doubled quote inside quotes stands for one
// quote. Returns nothing when a quote is not closed.
std::vector<std::string> WordsOf(const char *p)
{
    std::vector<std::string> words;
    while (*(p += strspn(p, " \t\r\n;")) != '\0')
    {
        std::string word;
        const char quote = *p == '\'' || *p == '"' ? *p++ : '\0';
        for (; *p != '\0'; ++p)
        {
            if (quote != '\0' && *p == quote && *++p != quote)
                break;
            if (quote == '\0' && strchr(" \t\r\n;", *p) != nullptr)
                break;
            word += *p;
        }
        if (quote != '\0' && p[-1] != quote)
            return {};
        words.push_back(std::move(word));
    }
    return words;
}

// Whether a statement starts with the words of a verb's name. Sets *rest to what follows them.
bool StartsWith(const char *statement, const char *name, const char **rest)
{
    const CPLStringList words(CSLTokenizeString2(name, " ", 0));
    for (int i = 0; i < words.Count(); ++i)
    {
        statement += strspn(statement, " \t\r\n");
        const std::string word(statement, strcspn(statement, " \t\r\n;"));
        if (!EQUAL(word.c_str(), words[i]))
            return false;
        statement += word.size();
    }
    *rest = statement;
    return true;
}

// Finds the verb with the longest matching name, because one name may begin with another.
const Known *FindVerb(const char *statement, const char **rest)
{
    const Known *found = nullptr;
    const char *behind = "";
    for (const Known &verb : VERBS)
    {
        if (!StartsWith(statement, verb.name, &behind) ||
            (found != nullptr && strlen(verb.name) <= strlen(found->name)))
            continue;
        found = &verb;
        *rest = behind;
    }
    return found;
}

// Checks for a UUID, or for a mosaic also a name. Normalizes a UUID.
bool ReadObject(std::string &text, Object object)
{
    char id[MF_UUID_SIZE];
    const bool isUUID = mf_uuid_parse(text.c_str(), id);
    if (isUUID)
        text = id;
    return isUUID || (object == Object::Mosaic && !text.empty());
}

void Refuse(const char *form)
{
    CPLError(CE_Failure, CPLE_IllegalArg, "Invalid statement. Expected: %s.", form);
}

std::optional<OGRMapflowVerb> Make(const Known &known, std::vector<std::string> arguments)
{
    OGRMapflowVerb verb{known.name, known.object, known.deletes, std::move(arguments)};
    if (verb.arguments.size() >= known.least && verb.arguments.size() <= known.most &&
        ReadObject(verb.arguments[0], known.object))
        return verb;
    Refuse(known.usage);
    return std::nullopt;
}

int Run(mf_client *client, const OGRMapflowVerb &verb, mf_error *err)
{
    const char *const id = verb.arguments[0].c_str();
    if (verb.name == "RESTART")
        return mf_processing_restart(client, id, err);
    if (verb.name == "ACCEPT")
        return mf_processing_accept(client, id, err);
    const std::string &value = verb.arguments[1];
    if (verb.name == "REJECT")
        return mf_processing_reject(client, id, value.c_str(), err);
    if (value.size() != 1 || value[0] < '1' || value[0] > '5')
        return mf_error_set(err, MF_ERR_ARGUMENT, "the rating must be a number from 1 to 5");
    return mf_processing_rate(client, id, value[0] - '0',
                              verb.arguments.size() > 2 ? verb.arguments[2].c_str() : "", err);
}

int DeleteFailed(mf_client *client, const char *id, mf_error *err)
{
    if (mf_mosaic_delete_failed(client, id, nullptr, err) == 0)
        return 0;
    if (mf_path_is_missing(err))
        return mf_error_set(err, MF_ERR_NOT_FOUND,
                            "mosaic %s: this server does not delete failed images. Delete the rows "
                            "of the layer images",
                            id);
    return -1;
}

} // namespace

bool OGRMapflowIsVerb(const char *statement)
{
    const char *rest = nullptr;
    return FindVerb(statement, &rest) != nullptr;
}

std::optional<OGRMapflowVerb> OGRMapflowReadVerb(const char *statement)
{
    const char *rest = "";
    const Known *const known = FindVerb(statement, &rest);
    if (known == nullptr)
        return std::nullopt;
    std::vector<std::string> words = WordsOf(rest);
    if (!words.empty() || strpbrk(rest, "'\"") == nullptr)
        return Make(*known, std::move(words));
    Refuse("text with a closing quote");
    return std::nullopt;
}

std::optional<OGRMapflowVerb> OGRMapflowMakeVerb(const char *name,
                                                 std::vector<std::string> arguments)
{
    const char *rest = "";
    const Known *const known = FindVerb(name, &rest);
    return known != nullptr ? Make(*known, std::move(arguments)) : std::nullopt;
}

bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_processing &processing)
{
    return OGRMapflowTry(Run, client, verb) &&
           OGRMapflowTry(mf_processing_get, &processing, client, verb.arguments[0].c_str());
}

bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_mosaic &mosaic)
{
    OGRMapflowOwned<mf_mosaic_free> found;
    return OGRMapflowTry(mf_mosaic_find, &found, client, verb.arguments[0].c_str()) &&
           OGRMapflowTry(DeleteFailed, client, found.id) &&
           OGRMapflowTry(mf_mosaic_get, &mosaic, client, found.id);
}

bool OGRMapflowRunVerb(mf_client *client, const OGRMapflowVerb &verb, mf_planned_search &search)
{
    const char *const id = verb.arguments[0].c_str();
    const char *const action = verb.name == "PAUSE PLANNED SEARCH"    ? "pause"
                               : verb.name == "RESUME PLANNED SEARCH" ? "resume"
                                                                      : "restart";
    return OGRMapflowTry(mf_planned_search_control, client, id, action) &&
           OGRMapflowTry(mf_planned_search_get, &search, client, id);
}
