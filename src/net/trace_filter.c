/* SPDX-License-Identifier: BSD-2-Clause */
/* The seccomp filter of a traced program: bind, connect, sendmsg, sendmmsg, sendto with an address, and setsockopt of
 * the levels SOL_SOCKET, IPPROTO_IP and IPPROTO_IPV6 stop for the tracer; the kernel lets all else through alone. */
#include "tracer.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define OUR_ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#define OUR_ARCHITECTURE 0
#endif

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at))
#define LOW(i) (offsetof(struct seccomp_data, args) + 8 * (i) + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))
#define HIGH(i) (offsetof(struct seccomp_data, args) + 8 * (i) + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 0 : 4))
/* Jumps are relative to the next row: from row `here` to row yes or row no. */
#define JUMP(here, to) (uint8_t)((to) - (here) - 1)
#define EQUAL(here, value, yes, no) \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), JUMP(here, yes), JUMP(here, no))

enum { AT_OPTION = 9, AT_SENDTO = 13, PASS = 17, STOP = 18 };

int trace_filter_install(void)
{
        static struct sock_filter rows[] = {
                LOAD(offsetof(struct seccomp_data, arch)),
                EQUAL(1, OUR_ARCHITECTURE, 2, PASS),
                LOAD(offsetof(struct seccomp_data, nr)),
                EQUAL(3, SYS_bind, STOP, 4),
                EQUAL(4, SYS_connect, STOP, 5),
                EQUAL(5, SYS_sendmsg, STOP, 6),
                EQUAL(6, SYS_sendmmsg, STOP, 7),
                EQUAL(7, SYS_sendto, AT_SENDTO, 8),
                EQUAL(8, SYS_setsockopt, AT_OPTION, PASS),
                LOAD(LOW(1)), /* AT_OPTION */
                EQUAL(10, IPPROTO_IP, STOP, 11),
                EQUAL(11, IPPROTO_IPV6, STOP, 12),
                EQUAL(12, SOL_SOCKET, STOP, PASS),
                LOAD(LOW(4)), /* AT_SENDTO: the address */
                EQUAL(14, 0, 15, STOP),
                LOAD(HIGH(4)),
                EQUAL(16, 0, PASS, STOP),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        };
        static const struct sock_fprog program = {sizeof rows / sizeof *rows, rows};

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
                return errno;
        return 0;
}
