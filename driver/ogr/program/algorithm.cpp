// SPDX-License-Identifier: MIT
#include "program/algorithm.h"

#ifdef MF_HAS_PROGRAM

#include <algorithm>
#include <map>

#include "common/waiting.h"
#include "gdalalgorithm.h"
#include "program/answer.h"
#include "program/commands.h"
#include "program/suggestions.h"

namespace
{

std::string LastWord(const std::string &path)
{
    return path.substr(path.rfind(' ') + 1); // npos + 1 is 0
}

std::string ArgumentName(const char *option)
{
    return CPLString(option).tolower().replaceAll('_', '-');
}

class Algorithm final : public GDALAlgorithm
{
  public:
    explicit Algorithm(const OGRMapflowCommand &command);

    bool ParseCommandLineArguments(const std::vector<std::string> &words) override
    {
        return HaveNumbers(words) && GDALAlgorithm::ParseCommandLineArguments(words);
    }
    std::vector<std::string> GetAutoComplete(std::vector<std::string> &words,
                                             bool isLastWordComplete, bool showAll) override
    {
        return Complete(words, isLastWordComplete, showAll);
    }

  private:
    using Argument = GDALInConstructionAlgorithmArg;

    void AddSource();
    void AddOptions();
    Argument &Add(const OGRMapflowOption &option);
    Argument &Bind(const OGRMapflowOption &option);
    template <class Number>
    Argument &BindNumber(const OGRMapflowOption &option, std::map<std::string, Number> &numbers);

    bool HaveNumbers(const std::vector<std::string> &words);
    std::vector<std::string> Complete(std::vector<std::string> &words, bool isLastWordComplete,
                                      bool showAll);
    bool RunImpl(GDALProgressFunc progress, void *progressData) override;
    CPLStringList Values();
    std::string ValueOf(const OGRMapflowOption &option);

    const OGRMapflowCommand &m_command;
    std::vector<const OGRMapflowOption *> m_options{};
    std::vector<std::string> m_positional{}; // names of options, "" for the source
    // Keyed by the names of options. GDAL keeps the addresses of the values.
    std::map<std::string, std::string> m_texts{};
    std::map<std::string, int> m_integers{};
    std::map<std::string, double> m_reals{};
    std::map<std::string, bool> m_flags{};
    GDALArgDatasetValue m_source{};
    std::vector<std::string> m_layers{};
    std::vector<double> m_box{};
    std::string m_format{}, m_answer{};
};

std::string Examples(const OGRMapflowCommand &command)
{
    std::string text = "Examples:";
    for (const char *line : CPLStringList(CSLTokenizeString2(command.examples, "\n", 0)))
        text += std::string("\n  gdal driver mapflow ") + line;
    return text;
}

Algorithm::Algorithm(const OGRMapflowCommand &command)
    : GDALAlgorithm(LastWord(command.path), command.description, ""), m_command(command)
{
    m_longDescription = Examples(command);
    AddSource();
    AddOptions();
    if (command.takesBox)
        AddBBOXArg(&m_box, "Box of the area in degrees, as west,south,east,north");
    if (command.reportsProgress)
        AddProgressArg();
    AddOutputFormatArg(&m_format).SetChoices("json", "text");
    AddOutputStringArg(&m_answer);
}

void Algorithm::AddSource()
{
    if (m_command.source == 0)
        return;
    Argument &source = AddInputDatasetArg(&m_source, m_command.source, false).SetPositional();
    if (m_command.needsSource)
        source.SetRequired();
    m_positional.push_back("");
    if (m_command.source == GDAL_OF_VECTOR)
        AddLayerNameArg(&m_layers).AddAlias("layer");
}

void Algorithm::AddOptions()
{
    for (const OGRMapflowOption &option : m_command.own)
    {
        Argument &argument = Add(option);
        if (option.flags & MAPFLOW_REQUIRED)
            argument.SetRequired();
        if (option.flags & MAPFLOW_POSITIONAL)
        {
            argument.SetPositional();
            m_positional.push_back(option.name);
        }
    }
    if (m_command.creationOptions != nullptr)
        for (const OGRMapflowOption &option : m_command.creationOptions())
            if (!EQUAL(option.name, "REPORT")) // its lines are the answer
                Add(option);
    for (const char *name : CPLStringList(CSLTokenizeString2(m_command.openOptions, ",", 0)))
        Add(*OGRMapflowFindOpenOption(name));
}

Algorithm::Argument &Algorithm::Add(const OGRMapflowOption &option)
{
    m_options.push_back(&option);
    Argument &argument = Bind(option);
    if (OGRMapflowHasSuggestions(option.name))
        argument.SetAutoCompleteFunction([name = option.name](const std::string &begin)
                                         { return OGRMapflowSuggest(name, begin); });
    return argument;
}

template <class Number>
Algorithm::Argument &Algorithm::BindNumber(const OGRMapflowOption &option,
                                           std::map<std::string, Number> &numbers)
{
    Number &number = numbers[option.name];
    Argument &argument = AddArg(ArgumentName(option.name), 0, option.description, &number);
    argument.SetMinValueIncluded(option.least);
    if (option.most < 1e9)
        argument.SetMaxValueIncluded(option.most);
    if (option.fallback != nullptr)
        argument.SetDefault(static_cast<Number>(CPLAtof(option.fallback)));
    return argument;
}

Algorithm::Argument &Algorithm::Bind(const OGRMapflowOption &option)
{
    const std::string name = ArgumentName(option.name);
    if (EQUAL(option.type, "int"))
        return BindNumber(option, m_integers);
    if (EQUAL(option.type, "float"))
        return BindNumber(option, m_reals);
    if (EQUAL(option.type, "boolean"))
    {
        bool &flag = m_flags[option.name];
        flag = option.fallback != nullptr && OGRMapflowIsYes(option.fallback);
        return AddArg(name, 0, option.description, &flag).SetDefault(flag);
    }
    std::string &text = m_texts[option.name];
    Argument &argument = AddArg(name, 0, option.description, &text);
    if (option.values != nullptr)
    {
        const CPLStringList words(CSLTokenizeString2(option.values, ",", 0));
        std::vector<std::string> choices(words.begin(), words.end());
        argument.SetChoices(choices);
        argument.SetDefault(option.fallback);
    }
    return argument;
}

// GDAL takes an empty value as 0, and would submit --zoom=$ZOOM with an unset variable.
bool Algorithm::HaveNumbers(const std::vector<std::string> &words)
{
    for (size_t i = 0; i < words.size(); ++i)
    {
        const size_t equals = words[i].find('=');
        const auto *const argument = STARTS_WITH(words[i].c_str(), "--")
                                         ? GetArg(words[i].substr(0, equals), false)
                                         : nullptr;
        const bool isEmpty = equals != std::string::npos
                                 ? equals + 1 == words[i].size()
                                 : i + 1 < words.size() && words[i + 1].empty();
        if (argument != nullptr && isEmpty &&
            (argument->GetType() == GAAT_INTEGER || argument->GetType() == GAAT_REAL))
        {
            ReportError(CE_Failure, CPLE_IllegalArg, "Argument '%s' needs a number, and is empty.",
                        argument->GetName().c_str());
            return false;
        }
    }
    return true;
}

// GDAL itself completes positional arguments as file names.
std::vector<std::string> Algorithm::Complete(std::vector<std::string> &words,
                                             bool isLastWordComplete, bool showAll)
{
    const bool isNew = isLastWordComplete || words.empty();
    const std::string last = isNew ? std::string() : words.back();
    const auto end = words.end() - (isNew ? 0 : 1);
    size_t position = 0;
    bool isValue = false; // the next word is the value of an option
    for (auto word = words.begin(); word != end; ++word)
    {
        const bool isOption = !isValue && STARTS_WITH(word->c_str(), "-");
        position += !isValue && !isOption;
        const auto *const argument = isOption ? GetArg(*word, false) : nullptr;
        isValue = argument != nullptr && argument->GetType() != GAAT_BOOLEAN;
    }
    if (isValue || STARTS_WITH(last.c_str(), "-") ||
        (position < m_positional.size() && m_positional[position].empty()))
        return GDALAlgorithm::GetAutoComplete(words, isLastWordComplete, showAll);
    return position < m_positional.size() ? OGRMapflowSuggest(m_positional[position].c_str(), last)
                                          : std::vector<std::string>();
}

std::string Algorithm::ValueOf(const OGRMapflowOption &option)
{
    if (EQUAL(option.type, "int"))
        return std::to_string(m_integers[option.name]);
    if (EQUAL(option.type, "float"))
        return CPLSPrintf("%.15g", m_reals[option.name]);
    if (EQUAL(option.type, "boolean"))
        return m_flags[option.name] ? "YES" : "NO";
    return m_texts[option.name];
}

CPLStringList Algorithm::Values()
{
    CPLStringList values;
    for (const OGRMapflowOption *option : m_options)
        if (GetArg(ArgumentName(option->name))->IsExplicitlySet())
            values.SetNameValue(option->name, ValueOf(*option).c_str());
    return values;
}

bool Algorithm::RunImpl(GDALProgressFunc progress, void *progressData)
{
    const OGRMapflowInterruptible interruptible;
    OGRMapflowCall call;
    call.values = Values();
    call.source = m_source.GetDatasetRef();
    call.layers = m_layers;
    call.box = m_box;
    // GDAL's progress bar goes to stdout, as does the answer.
    if (progress != GDALTermProgress || CPLIsInteractive(stdout))
    {
        call.progress = progress;
        call.progressData = progressData;
    }
    const bool done = m_command.run(call);
    const bool isList = m_command.columns != nullptr;
    if (!done && call.rows.Size() == 0)
        return false;
    const bool isText = m_format.empty() ? IsCalledFromCommandLine() : m_format == "text";
    m_answer = isText ? OGRMapflowShowText(call.rows, isList, m_command.columns)
                      : OGRMapflowShowJSON(call.rows, isList);
    return done;
}

GDALAlgorithm *Instantiate(const std::vector<std::string> &path)
{
    std::string text;
    for (const std::string &word : path)
        text += (text.empty() ? "" : " ") + word;
    const OGRMapflowCommand *const command = OGRMapflowFindCommand(text);
    return command != nullptr ? std::make_unique<Algorithm>(*command).release() : nullptr;
}

} // namespace

void OGRMapflowDeclareCommands(GDALDriver &driver)
{
    driver.pfnInstantiateAlgorithm = Instantiate;
    for (const OGRMapflowCommand &command : OGRMapflowCommands())
    {
        const CPLStringList words(CSLTokenizeString2(command.path, " ", 0));
        driver.DeclareAlgorithm(std::vector<std::string>(words.begin(), words.end()));
    }
}

#endif
