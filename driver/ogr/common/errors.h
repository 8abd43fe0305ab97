// SPDX-License-Identifier: MIT
// errors: errors of the core as CPLErrors.
#ifndef MAPFLOW_ERRORS_H
#define MAPFLOW_ERRORS_H

#include <string>

#include "base/error.h"
#include "common/compat.h"
#include "common/owned.h"

struct mf_client;

// Returns the message of an error with a capital letter, to begin a sentence.
std::string OGRMapflowSentence(const mf_error &err);

// Reports an error of a layer that fails in the same way whatever it is asked for. ogrinfo asks for
// count, extent and features, and its user should read the error once. So in ogrinfo the error only
// goes to the debug log if it is still GDAL's last one and was reported within the last second.
// OGRMapflowErrorCount() counts it all the same.
void OGRMapflowReport(CPLErrorNum code, const std::string &message);

// An error of the core, empty at first.
struct OGRMapflowError : mf_error
{
    OGRMapflowError() { mf_error_init(this); }
};

// Reports an error of the core, with the CPLE code that is closest to its kind. Returns false.
bool OGRMapflowRaise(const mf_error &err);

// Calls a function of the core with the given arguments, and a mf_error * as the last one. Returns
// whether it succeeded; if not, raises the error.
template <class Function, class... Arguments>
bool OGRMapflowTry(Function function, const Arguments &...arguments)
{
    OGRMapflowError err;
    return function(arguments..., &err) == 0 || OGRMapflowRaise(err);
}

// Whether someone else has deleted an object that the service listed before, so that it has no
// parts any more: they could not be read because of `err`. `get` requests the object.
template <auto Free, class Get>
bool OGRMapflowIsGone(Get get, mf_client *client, const char *id, const mf_error &err)
{
    OGRMapflowOwned<Free> object;
    OGRMapflowError why;
    return err.http_status == 404 && get(&object, client, id, &why) != 0 && why.http_status == 404;
}

// A message of GDAL, to be repeated later.
struct OGRMapflowMessage
{
    CPLErr type;
    CPLErrorNum number;
    std::string text;
};

// An error handler whose user data is a std::vector of OGRMapflowMessage, to which it adds. Lines
// of the debug log go there at once.
void CPL_STDCALL OGRMapflowCollect(CPLErr type, CPLErrorNum number, const char *text);

// Shows a line to the user: on the terminal, or in the debug log if there is none.
void OGRMapflowTell(const std::string &line);

// The number of errors that this thread has raised so far. Compare two counts to detect a failure
// that GDAL does not report.
unsigned OGRMapflowErrorCount();

#endif
