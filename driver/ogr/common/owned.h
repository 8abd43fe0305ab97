// SPDX-License-Identifier: MIT
// owned: what the core allocates, freed at the end of a scope.
#ifndef MAPFLOW_OWNED_H
#define MAPFLOW_OWNED_H

#include <memory>
#include <string>

template <class Function> struct OGRMapflowFreed;
template <class T> struct OGRMapflowFreed<void (*)(T *)>
{
    using Type = T;
};

// A struct of the core that Free empties: OGRMapflowOwned<mf_mosaic_free>. Zeroed at first.
template <auto Free> struct OGRMapflowOwned : OGRMapflowFreed<decltype(Free)>::Type
{
    using Type = typename OGRMapflowFreed<decltype(Free)>::Type;

    OGRMapflowOwned() : Type{} {}
    ~OGRMapflowOwned() { Free(this); }
    OGRMapflowOwned(const OGRMapflowOwned &) = delete;
    OGRMapflowOwned &operator=(const OGRMapflowOwned &) = delete;
};

template <auto Free> struct OGRMapflowCloser
{
    template <class T> void operator()(T *object) const { Free(object); }
};

// An object that Free closes: OGRMapflowPtr<mf_journal_close>.
template <auto Free>
using OGRMapflowPtr =
    std::unique_ptr<typename OGRMapflowFreed<decltype(Free)>::Type, OGRMapflowCloser<Free>>;

// Returns a string that C code allocated, "" for nullptr, and frees it with `release`.
template <class Release> std::string OGRMapflowTaken(char *text, Release release)
{
    const std::string copy = text != nullptr ? text : "";
    release(text);
    return copy;
}

#endif
