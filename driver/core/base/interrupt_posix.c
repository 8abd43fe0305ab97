/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <signal.h>
#include <string.h>

#include "base/thread.h"

/* Guarded by the global lock. The handler reads only `former`, which is set before the handler is
 * installed. */
static int depth;
static unsigned generation; /* mf_fork_generation at the last begin */
static int is_installed;
static struct sigaction former;

static volatile sig_atomic_t is_requested;

static int has_handler(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) != 0 ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static void on_interrupt(int number, siginfo_t *info, void *context)
{
    is_requested = 1;
    if (!has_handler(&former))
        return;
    if (former.sa_flags & SA_SIGINFO)
        former.sa_sigaction(number, info, context);
    else
        former.sa_handler(number);
}

static void install(void)
{
    struct sigaction action;
    if (sigaction(SIGINT, NULL, &former) != 0)
        return;
    if (!has_handler(&former) && former.sa_handler == SIG_IGN)
        return;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = on_interrupt;
    /* Run on the host's alternate signal stack, as some runtimes require. */
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    is_installed = sigaction(SIGINT, &action, NULL) == 0;
}

/* Restores the former action, unless another handler has replaced ours. */
static void restore(void)
{
    struct sigaction current;
    if (sigaction(SIGINT, NULL, &current) == 0 && (current.sa_flags & SA_SIGINFO) != 0 &&
        current.sa_sigaction == on_interrupt)
        sigaction(SIGINT, &former, NULL);
    is_installed = 0;
}

/* After fork(), drops the nesting depth of the parent: its begins have no end here. */
static void forget_inherited(void)
{
    if (depth > 0 && generation != mf_fork_generation()) {
        if (is_installed)
            restore();
        depth = 0;
    }
    generation = mf_fork_generation();
}

void mf_interrupt_begin(void)
{
    mf_global_lock();
    forget_inherited();
    if (depth++ == 0) {
        is_requested = 0;
        install();
    }
    mf_global_unlock();
}

void mf_interrupt_end(void)
{
    int must_raise = 0;
    mf_global_lock();
    if (depth > 0 && --depth == 0 && is_installed) {
        restore();
        must_raise = is_requested && !has_handler(&former);
        is_requested = 0;
    }
    mf_global_unlock();
    if (must_raise)
        raise(SIGINT);
}

int mf_interrupt_requested(void)
{
    return is_requested != 0;
}
