# SPDX-License-Identifier: BSD-2-Clause
# igmpscope: `make demo` shows it, `make test` proves it, `make help` lists the rest.
# Objects go to build/<variant>/: release, test (ASan + UBSan), hard (-O2, FORTIFY), clang.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
CI       ?=

# What it takes, as Debian packages. `make deps` installs what is missing.
BUILD_PACKAGES := gcc make pkg-config libc6-dev libpcap-dev libnet1-dev zlib1g-dev libzstd-dev
DEMO_PACKAGES  := iproute2
TEST_PACKAGES  := libcmocka-dev jq tshark tcpdump python3 procps
LINT_PACKAGES  := clang clang-tidy cppcheck

variant ?= release
B       := build/$(variant)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla \
        -Wcast-qual -Wformat=2
HARD := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
CC_release := gcc
CC_test    := gcc
CC_hard    := gcc
CC_clang   := clang
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 $(HARD)
FLAGS_test    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_hard    := -O2 -g -D_FORTIFY_SOURCE=3 $(HARD)
FLAGS_clang   := -O1 -g
ifeq ($(origin CC),default)
CC := $(CC_$(variant))
endif
CFLAGS   += -std=c11 $(FLAGS_$(variant)) $(WARN) $(if $(CI),-Werror)
CPPFLAGS += -D_GNU_SOURCE -DIGMPSCOPE_VERSION='"$(VERSION)"' -Iinclude -MMD -MP
LDFLAGS  += -pie -Wl,-z,relro,-z,now
LDLIBS   += -lpcap -lnet -lz -lzstd -lm

CORE    := $(sort $(wildcard src/base/*.c src/wire/*.c src/model/*.c src/out/*.c))
SHELL_  := $(sort $(wildcard src/net/*.c src/lab/*.c src/cmd/*.c))
OBJECTS := $(patsubst %.c,$(B)/%.o,$(CORE) $(SHELL_))
LIB     := $(B)/libigmpscope-all.a
UNIT    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
TOOLS   := $(patsubst tests/tools/%.c,$(B)/tools/%,$(sort $(wildcard tests/tools/*.c)))

.PHONY: all help deps demo test test-unit test-golden test-lab golden lint install uninstall clean build units tools test-oracles
.DELETE_ON_ERROR:

all: build

build: $(B)/igmpscope

$(B)/igmpscope: $(B)/src/main.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LIB): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) -lcmocka $(LDLIBS)

$(B)/tools/%: tests/tools/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(LDLIBS)

units: $(UNIT)

tools: $(TOOLS)

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' Makefile

deps: ## install the Debian packages that are missing
	@tests/deps $(BUILD_PACKAGES) $(DEMO_PACKAGES) $(WANT)

demo: ## install what is missing, build, and watch multicast work in a throw-away laboratory
	@tests/deps $(BUILD_PACKAGES) $(DEMO_PACKAGES)
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" build
	@mkdir -p build/demo
	@build/release/igmpscope lab demo -w build/demo/demo.pcapng

test: ## everything: units, golden replays, laboratory, oracles; lint where its tools are
	@tests/deps $(BUILD_PACKAGES) $(DEMO_PACKAGES) $(TEST_PACKAGES) $(LINT_PACKAGES)
	@tests/run

test-unit: ## the unit tests under ASan and UBSan
	@tests/run unit

test-golden: ## replay every capture of pcaps/ and compare with what is expected
	@tests/run golden

test-lab: ## real kernel sockets in network namespaces of our own
	@tests/run lab

test-oracles: ## every packet against tshark and others that we did not write
	@tests/run oracles

golden: ## write the expected output anew; read the difference before you commit it
	@$(MAKE) --no-print-directory -s variant=test build
	@GOLDEN=rewrite tests/golden/run

lint: ## layers, format, clang-tidy, cppcheck, warnings of gcc and clang
	@tests/lint

install: build ## program, library core, headers; DESTDIR and PREFIX as usual
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/igmpscope $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 755 $(B)/igmpscope $(DESTDIR)$(PREFIX)/bin/
	install -m 644 include/igmpscope/base.h include/igmpscope/writer.h include/igmpscope/wire.h \
	        include/igmpscope/model.h include/igmpscope/expect.h include/igmpscope/craft.h include/igmpscope/out.h \
	        $(DESTDIR)$(PREFIX)/include/igmpscope/
	@rm -f $(B)/libigmpscope.a
	$(AR) rcs $(B)/libigmpscope.a $(patsubst %.c,$(B)/%.o,$(CORE))
	install -m 644 $(B)/libigmpscope.a $(DESTDIR)$(PREFIX)/lib/
	printf 'prefix=%s\nName: igmpscope\nDescription: IGMP and MLD decoding, membership and rules\nVersion: %s\nLibs: -L$${prefix}/lib -ligmpscope -lm\nCflags: -I$${prefix}/include\n' \
	        $(PREFIX) $(VERSION) > $(DESTDIR)$(PREFIX)/lib/pkgconfig/igmpscope.pc

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/igmpscope $(DESTDIR)$(PREFIX)/lib/libigmpscope.a \
	      $(DESTDIR)$(PREFIX)/lib/pkgconfig/igmpscope.pc
	rm -rf $(DESTDIR)$(PREFIX)/include/igmpscope

clean: ## remove build/
	rm -rf build

-include $(OBJECTS:.o=.d) $(B)/src/main.d $(UNIT:=.d) $(TOOLS:=.d)
