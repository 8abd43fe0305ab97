#include "check.h"
#include "http/retry.h"

static void test_codes(void)
{
    struct mf_retry_policy policy;
    struct mf_error err;
    CHECK_NUMBER(mf_retry_policy_init(&policy, -1, -1, NULL, NULL), 0);
    CHECK(policy.max_retry == 3 && policy.first_delay == 1);
    CHECK(mf_retry_wants_status(&policy, 429) && mf_retry_wants_status(&policy, 504));
    CHECK(!mf_retry_wants_status(&policy, 500) && !mf_retry_wants_status(&policy, 404));
    CHECK_NUMBER(mf_retry_policy_init(&policy, 0, 0, " 500, 503 ,", NULL), 0);
    CHECK(policy.max_retry == 0 && policy.first_delay == 0);
    CHECK(mf_retry_wants_status(&policy, 500) && !mf_retry_wants_status(&policy, 429));
    CHECK_NUMBER(mf_retry_policy_init(&policy, 0, 0, "all", NULL), 0);
    CHECK(mf_retry_wants_status(&policy, 400) && !mf_retry_wants_status(&policy, 304));
    static const char *const bad[] = {"abc", "5000", "42", "500;503", "-1", "50x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_NUMBER(mf_retry_policy_init(&policy, 0, 0, bad[i], &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
        CHECK_HOLDS(err.message, bad[i]);
    }
}

static void test_delay(void)
{
    struct mf_retry_policy policy;
    CHECK_NUMBER(mf_retry_policy_init(&policy, 20, 1, NULL, NULL), 0);
    CHECK(mf_retry_delay(&policy, 1, 0) == 1);
    CHECK(mf_retry_delay(&policy, 2, 0) == 2);
    CHECK(mf_retry_delay(&policy, 3, 0) == 4);
    CHECK(mf_retry_delay(&policy, 3, 0.5) == 5);
    CHECK(mf_retry_delay(&policy, 6, 0.99) < 48);
    CHECK(mf_retry_delay(&policy, 7, 0) == 60);
    CHECK(mf_retry_delay(&policy, 1000000, 0.9) == 60);
}

static void test_retry_after(void)
{
    const double now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */
    CHECK(mf_retry_after(NULL, now) == -1);
    CHECK(mf_retry_after("", now) == -1);
    CHECK(mf_retry_after("soon", now) == -1);
    CHECK(mf_retry_after("12x", now) == -1);
    CHECK(mf_retry_after(" 120", now) == 120);
    CHECK(mf_retry_after("0", now) == 0);
    CHECK(mf_retry_after("99999999999999999999", now) >= 1e9);
    CHECK(mf_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == 0);
    CHECK(mf_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now) == 30);
    CHECK(mf_retry_after("Sun, 06 Nov 1994 08:40:07 GMT", now) == 0);
    CHECK(mf_retry_after("Thu, 29 Feb 2024 00:00:00 GMT", 1709164800) == 0);
    CHECK(mf_retry_after("Fri, 01 Mar 2024 00:00:10 GMT", 1709251200) == 10);
    CHECK(mf_retry_after("Sunday, 06-Nov-94 08:50:07 GMT", now) == 30);
    CHECK(mf_retry_after("-5", now) == -1);
    CHECK(mf_retry_after("Sun, 06 Foo 1994 08:50:07 GMT", now) == -1);
}

static void test_circuit(void)
{
    CHECK(!mf_circuit_is_open("https://a", 100));
    mf_circuit_report("https://a", false, 100);
    CHECK(mf_circuit_is_open("https://a", 114) && !mf_circuit_is_open("https://a", 116));
    CHECK(!mf_circuit_is_open("https://b", 101));
    mf_circuit_report("https://b", true, 101);
    CHECK(mf_circuit_is_open("https://a", 102));
    mf_circuit_report("https://a", true, 102);
    CHECK(!mf_circuit_is_open("https://a", 103));
}

int main(void)
{
    test_circuit();
    test_codes();
    test_delay();
    test_retry_after();
    return check_result();
}
