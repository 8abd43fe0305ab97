// SPDX-License-Identifier: MIT
// suggestions: what a shell offers for the value of an argument.
#ifndef MAPFLOW_SUGGESTIONS_H
#define MAPFLOW_SUGGESTIONS_H

#include <string>
#include <vector>

#include "common/compat.h"

// Whether there are suggestions for an option.
bool OGRMapflowHasSuggestions(const char *option);

// Values that begin so, each with a note (" -- name") unless it is the only one; from the journal
// and from the lists of the account. A shell runs commands that stand in what it is offered, and
// names come from others: a name that a shell could misunderstand is not among the values, its id
// may be. Reports no error: what cannot be had is not offered.
std::vector<std::string> OGRMapflowSuggest(const char *option, const std::string &begin);

#endif
