/* SPDX-License-Identifier: MIT */
/* models_internal: the document of a model, for the documents that list them. */
#ifndef MF_MODELS_INTERNAL_H
#define MF_MODELS_INTERNAL_H

#include "api/document_internal.h"

extern const struct mf_document_type mf_model_type; /* struct mf_model */

#endif
