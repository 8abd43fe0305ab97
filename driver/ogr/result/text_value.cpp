// SPDX-License-Identifier: MIT
#include "result/text_value.h"

#include <cstring>
#include <string>

OGRMapflowTextConverter::OGRMapflowTextConverter(OGRFeatureDefn *defn) : m_feature(defn) {}

const mf_value &OGRMapflowTextConverter::Convert(int field, const mf_value &text)
{
    m_value = {};
    m_value.kind = MF_VALUE_NULL;
    m_feature.UnsetField(field);
    m_feature.SetField(field, std::string(text.as.text, text.count).c_str());
    if (!m_feature.IsFieldSetAndNotNull(field))
        return m_value;
    int count = 0;
    const auto takeIntegers = [&](const auto *integers)
    {
        m_integers.assign(integers, integers + count);
        m_value.kind = MF_VALUE_INTEGER_LIST;
        m_value.as.integers = m_integers.data();
    };
    switch (m_feature.GetFieldDefnRef(field)->GetType())
    {
        case OFTInteger:
        case OFTInteger64:
            m_value.kind = MF_VALUE_INTEGER;
            m_value.as.integer = m_feature.GetFieldAsInteger64(field);
            break;
        case OFTReal:
            m_value.kind = MF_VALUE_REAL;
            m_value.as.real = m_feature.GetFieldAsDouble(field);
            break;
        case OFTIntegerList:
            takeIntegers(m_feature.GetFieldAsIntegerList(field, &count));
            break;
        case OFTInteger64List:
            takeIntegers(m_feature.GetFieldAsInteger64List(field, &count));
            break;
        case OFTRealList:
            m_value.kind = MF_VALUE_REAL_LIST;
            m_value.as.reals = m_feature.GetFieldAsDoubleList(field, &count);
            break;
        case OFTStringList:
            m_strings.clear();
            for (char **item = m_feature.GetFieldAsStringList(field);
                 item != nullptr && *item != nullptr; ++item)
                m_strings.push_back({*item, strlen(*item)});
            count = static_cast<int>(m_strings.size());
            m_value.kind = MF_VALUE_STRING_LIST;
            m_value.as.strings = m_strings.data();
            break;
        default:
            break;
    }
    m_value.count = static_cast<size_t>(count);
    return m_value;
}
