// SPDX-License-Identifier: MIT
// suggestions: shell completion for the values of arguments.
#ifndef MAPFLOW_SUGGESTIONS_H
#define MAPFLOW_SUGGESTIONS_H

#include <string>
#include <vector>

#include "common/compat.h"

// Whether there are suggestions for an option.
bool OGRMapflowHasSuggestions(const char *option);

// Returns values that begin with `begin`, each with a note (" -- name") unless it is the only one;
// from the journal and from the lists of the account. A shell may run commands that a suggestion
// contains, and names come from others: a name that a shell could misinterpret is left out, or
// replaced by its id. Reports no error: values that cannot be read are not offered.
std::vector<std::string> OGRMapflowSuggest(const char *option, const std::string &begin);

#endif
