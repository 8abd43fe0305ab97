// SPDX-License-Identifier: MIT
#include "account/verbs.h"

#include <vector>

#include "api/processing_edit.h"
#include "base/uuid.h"
#include "common/compat.h"
#include "common/errors.h"

namespace
{

struct Verb
{
    const char *name;
    size_t least, most; // words, the verb included
    const char *usage;
};

constexpr Verb VERBS[] = {{"RESTART", 2, 2, "RESTART <uuid>"},
                          {"RATE", 3, 4, "RATE <uuid> <1-5> 'text'"},
                          {"ACCEPT", 2, 2, "ACCEPT <uuid>"},
                          {"REJECT", 3, 3, "REJECT <uuid> 'comment'"}};

// Splits at spaces that are not inside quotes, single or double. A doubled quote inside quotes is
// one quote. Returns nothing when a quote is not closed.
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

const Verb *FindVerb(const std::string &word)
{
    for (const Verb &verb : VERBS)
    {
        if (EQUAL(verb.name, word.c_str()))
            return &verb;
    }
    return nullptr;
}

int Run(mf_client *client, const std::vector<std::string> &words, const char *id, mf_error *err)
{
    const char *const verb = words[0].c_str();
    if (EQUAL(verb, "RESTART"))
        return mf_processing_restart(client, id, err);
    if (EQUAL(verb, "ACCEPT"))
        return mf_processing_accept(client, id, err);
    if (EQUAL(verb, "REJECT"))
        return mf_processing_reject(client, id, words[2].c_str(), err);
    if (words[2].size() != 1 || words[2][0] < '1' || words[2][0] > '5')
        return mf_error_set(err, MF_ERR_ARGUMENT, "a rating is a number from 1 to 5");
    return mf_processing_rate(client, id, words[2][0] - '0',
                              words.size() > 3 ? words[3].c_str() : "", err);
}

} // namespace

bool OGRMapflowIsVerb(const char *statement)
{
    statement += strspn(statement, " \t\r\n");
    return FindVerb(std::string(statement, strcspn(statement, " \t\r\n;"))) != nullptr;
}

bool OGRMapflowRunVerb(mf_client *client, const char *statement, mf_processing &processing)
{
    const std::vector<std::string> words = WordsOf(statement);
    const Verb *const verb = words.empty() ? nullptr : FindVerb(words[0]);
    char id[MF_UUID_SIZE];
    if (verb == nullptr || words.size() < verb->least || words.size() > verb->most ||
        !mf_uuid_parse(words[1].c_str(), id))
    {
        CPLError(CE_Failure, CPLE_IllegalArg, "The statement is not understood. Write %s.",
                 verb != nullptr ? verb->usage : "the text in quotes and close them");
        return false;
    }
    return OGRMapflowTry(Run, client, words, id) &&
           OGRMapflowTry(mf_processing_get, &processing, client, id);
}
