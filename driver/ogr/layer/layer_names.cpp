// SPDX-License-Identifier: MIT
#include "layer/layer_names.h"

#include <cstring>

#include "common/compat.h"

namespace
{

constexpr size_t MAX_SIZE = 200; // bytes; file names have 255, including a number and an extension

bool IsUnsafe(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || strchr("/\\:*?\"<>|", c) != nullptr;
}

// Windows reserves these names for devices, even with an extension.
bool IsDevice(const std::string &name)
{
    const std::string base = name.substr(0, name.find('.'));
    for (const char *const device : {"con", "prn", "aux", "nul"})
    {
        if (EQUAL(base.c_str(), device))
            return true;
    }
    return base.size() == 4 && (EQUALN(base.c_str(), "com", 3) || EQUALN(base.c_str(), "lpt", 3)) &&
           base[3] >= '1' && base[3] <= '9';
}

// Cuts at the start of a UTF-8 character.
void Cut(std::string &name)
{
    if (name.size() <= MAX_SIZE)
        return;
    size_t size = MAX_SIZE;
    while (size > 0 && (name[size] & 0xC0) == 0x80)
        --size;
    name.resize(size);
}

// Returns the letter in lower case. Covers letters of two bytes in UTF-8: Latin, Greek and
// Cyrillic.
unsigned Lower(unsigned c)
{
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    const bool isPair = (c >= 0x100 && c <= 0x17F) || (c >= 0x460 && c <= 0x52F);
    return isPair ? c | 1 : c;
}

// Returns a key that is equal for names that collide on case-insensitive file systems, or in
// drivers that keep only letters and digits.
std::string Laundered(const std::string &name)
{
    std::string key;
    for (size_t i = 0; i < name.size(); ++i)
    {
        const auto c = static_cast<unsigned char>(name[i]);
        if (c >= 0xC0 && c < 0xE0 && i + 1 < name.size())
        {
            const auto next = static_cast<unsigned char>(name[++i]);
            const unsigned letter = Lower((c & 0x1FU) << 6 | (next & 0x3FU));
            key += static_cast<char>(0xC0 | letter >> 6);
            key += static_cast<char>(0x80 | (letter & 0x3F));
        }
        else if (c >= 'A' && c <= 'Z')
            key += static_cast<char>(c + 0x20);
        else
            key += c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                       ? static_cast<char>(c)
                       : '_';
    }
    return key;
}

} // namespace

std::string OGRMapflowLayerName(const std::string &wanted)
{
    std::string name = wanted;
    for (char &c : name)
        c = IsUnsafe(c) ? '_' : c;
    for (size_t i = 0; i < name.size() && name[i] == '.'; ++i)
        name[i] = '_';
    Cut(name);
    name.erase(name.find_last_not_of(". ") + 1);
    if (name.empty())
        return "results";
    return IsDevice(name) ? '_' + name : name;
}

std::string OGRMapflowLayerNames::Add(const std::string &wanted)
{
    const std::string name = OGRMapflowLayerName(wanted);
    std::string given = name;
    int &uses = m_uses[Laundered(name)];
    while (uses++ > 0)
    {
        given = name + '_' + std::to_string(uses);
        if (m_uses.emplace(Laundered(given), 1).second)
            break;
    }
    return given;
}
