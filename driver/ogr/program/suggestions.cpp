// SPDX-License-Identifier: MIT
#include "program/suggestions.h"

#include <algorithm>
#include <set>

#include "account/account_dataset.h"
#include "submit/name_match.h"

#ifdef MF_HAS_PROGRAM

namespace
{

// Where the values of options come from.
struct Source
{
    const char *options; // comma-separated
    const char *layer;   // of the account
    const char *value;   // a column
    const char *other;   // a column that is accepted too, nullptr: none
    const char *note;    // a column
    const char *where;   // nullptr: all rows
};

constexpr Source SOURCES[] = {
    {"PROCESSING,LIKE", "submissions", "id", nullptr, "name", "id IS NOT NULL"}, // no request
    {"PROCESSING,LIKE", "processings", "id", nullptr, "name", nullptr},
    {"MODEL", "models", "name", "id", "name", nullptr},
    {"PROVIDER", "providers", "name", nullptr, "display_name", "kind = 'data'"},
    {"SEARCH_PROVIDER", "providers", "name", nullptr, "display_name", "kind = 'search'"},
    {"PROJECT", "projects", "name", "id", "name", nullptr},
    {"MOSAIC,MOSAIC_ID", "mosaics", "name", "id", "name", nullptr},
};

bool IsFor(const Source &source, const char *option)
{
    const CPLStringList options(CSLTokenizeString2(source.options, ",", 0));
    return options.FindString(option) >= 0;
}

// Whether a character has no special meaning in any shell, quoted or not. GDAL quotes spaces.
bool IsPlain(unsigned char c)
{
    return isalnum(c) || c >= 0x80 || strchr(" -_.,:+@%/", c) != nullptr;
}

bool IsPlain(const std::string &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return IsPlain(c); });
}

std::string MadePlain(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](char c) { return !IsPlain(c); }, '_');
    return text;
}

// Removes the emoji before a model's name: nobody types it, and the name is accepted without it.
std::string WithoutEmoji(const std::string &name)
{
    const auto isLetter = [](unsigned char c) { return c > ' ' && c < 0x80; };
    std::string rest(std::find_if(name.begin(), name.end(), isLetter), name.end());
    return !rest.empty() && mf_name_equal_loosely(rest.c_str(), name.c_str()) ? rest : name;
}

// Returns the value that a row offers, "" if it has none.
std::string ValueOf(const Source &source, const OGRFeature &row)
{
    const std::string value = WithoutEmoji(OGRMapflowText(row, source.value));
    if (IsPlain(value))
        return value;
    return source.other != nullptr ? OGRMapflowText(row, source.other) : std::string();
}

struct Suggestion
{
    std::string value{}, note{};
};

class Collection
{
  public:
    explicit Collection(const std::string &begin) : m_begin(begin) {}

    void Add(const Source &source, OGRLayer &layer)
    {
        const char *const ignored[] = {"OGR_GEOMETRY", nullptr};
        layer.SetIgnoredFields(ignored); // each area costs a request
        layer.SetAttributeFilter(source.where);
        for (const auto &row : layer)
            Add({ValueOf(source, *row), MadePlain(OGRMapflowText(*row, source.note))});
    }

    std::vector<std::string> Texts() const
    {
        std::vector<std::string> texts;
        for (const Suggestion &one : m_found)
            texts.push_back(m_found.size() > 1 && !one.note.empty() && one.note != one.value
                                ? one.value + " -- " + one.note
                                : one.value);
        return texts;
    }

  private:
    void Add(Suggestion suggestion)
    {
        const std::string &value = suggestion.value;
        if (!value.empty() && IsPlain(value) && STARTS_WITH(value.c_str(), m_begin.c_str()) &&
            m_values.insert(value).second)
            m_found.push_back(std::move(suggestion));
    }

    const std::string m_begin;
    std::set<std::string> m_values{};
    std::vector<Suggestion> m_found{};
};

} // namespace

bool OGRMapflowHasSuggestions(const char *option)
{
    return std::any_of(std::begin(SOURCES), std::end(SOURCES),
                       [option](const Source &source) { return IsFor(source, option); });
}

std::vector<std::string> OGRMapflowSuggest(const char *option, const std::string &begin)
{
    const OGRMapflowQuiet quiet;
    Collection collection(begin);
    const auto options = OGRMapflowOptions::Parse("MAPFLOW:", nullptr);
    const auto account = options ? OGRMapflowAccountDataset::Open(*options, GA_ReadOnly) : nullptr;
    for (const Source &source : SOURCES)
    {
        OGRLayer *const layer = account != nullptr && IsFor(source, option)
                                    ? account->GetLayerByName(source.layer)
                                    : nullptr;
        if (layer != nullptr)
            collection.Add(source, *layer);
    }
    return collection.Texts();
}

#endif
