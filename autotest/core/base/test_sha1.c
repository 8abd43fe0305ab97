#include <string.h>

#include "base/sha1.h"
#include "check.h"

static const char *sha1_of(const char *data, size_t size, size_t piece)
{
    static char hex[MF_SHA1_SIZE];
    struct mf_sha1 sha1;
    mf_sha1_init(&sha1);
    for (size_t at = 0; at < size; at += piece)
        mf_sha1_add(&sha1, data + at, size - at < piece ? size - at : piece);
    mf_sha1_finish(&sha1, hex);
    return hex;
}

/* RFC 3174, and what sha1sum says. */
static void test_known(void)
{
    CHECK_TEXT(sha1_of("", 0, 1), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK_TEXT(sha1_of("abc", 3, 3), "a9993e364706816aba3e25717850c26c9cd0d89d");
    const char *const long_text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CHECK_TEXT(sha1_of(long_text, strlen(long_text), 7),
               "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    static char million[1000000];
    memset(million, 'a', sizeof million);
    CHECK_TEXT(sha1_of(million, sizeof million, 1000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

/* Each length around the ends of blocks, in pieces of each size. */
static void test_pieces(void)
{
    char data[200], whole[MF_SHA1_SIZE];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    for (size_t size = 0; size <= sizeof data; size++) {
        memcpy(whole, sha1_of(data, size, sizeof data), sizeof whole);
        for (size_t piece = 1; piece < 70; piece++)
            CHECK_TEXT(sha1_of(data, size, piece), whole);
    }
}

int main(void)
{
    test_known();
    test_pieces();
    return check_result();
}
