#!/usr/bin/env python3
"""tools/layers.py refuses each kind of bad file by itself, and takes the good ones."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools"))
from layers import refused

GOOD = [
    ("tacit/base/bytes.hpp", "#include <span>"),
    ("tacit/wire/layout.hpp", '#include "tacit/base/bytes.hpp"'),
    ("tacit/kit/machine.hpp", '#include "tacit/wire/layout.hpp"\n#include "tacit/crypto/crypto.hpp"'),
    ("tacit/nomq/node.cpp", '#include "tacit/nomq/node.hpp"\n#include "tacit/kit/machine.hpp"'),
    ("tacit/gateway/item.hpp", '#include "tacit/nomq/node.hpp"\n#include "tacit/usmp/hub.hpp"'),
    ("tacit/port/linux/loop.cpp", '#include <asio.hpp>\n#include "tacit/kit/machine.hpp"\n#include <vector>'),
    ("tacit/host/nomq.hpp", '#include "tacit/port/linux/loop.hpp"\n#include "tacit/crypto/backend/openssl_random.hpp"'),
    ("tacit/device/usmp.hpp", '#include "tacit/port/bare/timer.hpp"'),
    ("tacit/crypto/backend/openssl.cpp", "#include <openssl/evp.h>\nthread_local std::vector<int> x;"),
    ("tacit/crypto/backend/bearssl.cpp", "#include <bearssl.h>"),
    ("tacit/kit/retry.hpp", "// try again; std::vector would need a heap\nint retry_try = 1;"),
    ("tacit/kit/text.hpp", 'const char* text = "std::expected";'),
    ("tacit/kit/page.hpp", "/* consteval\n   using enum */ int x;"),
]

BAD = [
    ("tacit/base/bytes.hpp", '#include "tacit/kit/ring.hpp"', "base may not include kit"),
    ("tacit/wire/layout.hpp", '#include "tacit/crypto/crypto.hpp"', "wire may not include crypto"),
    ("tacit/crypto/crypto.hpp", '#include "tacit/wire/layout.hpp"', "crypto may not include wire"),
    ("tacit/kit/machine.hpp", '#include "tacit/nomq/node.hpp"', "kit may not include nomq"),
    ("tacit/nomq/node.hpp", '#include "tacit/usmp/frame.hpp"', "nomq may not include usmp"),
    ("tacit/nomq/node.hpp", '#include "tacit/port/linux/udp.hpp"', "nomq may not include port/linux"),
    ("tacit/port/linux/udp.hpp", '#include "tacit/nomq/packet.hpp"', "port/linux may not include nomq"),
    ("tacit/port/linux/udp.hpp", '#include "tacit/port/sim/network.hpp"', "port/linux may not include port/sim"),
    ("tacit/host/hub.hpp", '#include "tacit/gateway/item.hpp"', "host may not include gateway"),
    ("tacit/host/hub.hpp", '#include "tacit/device/usmp.hpp"', "host may not include device"),
    ("tacit/device/a.hpp", '#include "tacit/port/linux/udp.hpp"', "device may not include port/linux"),
    ("tacit/device/a.hpp", '#include "tacit/host/key_file.hpp"', "device may not include host"),
    ("tacit/gateway/a.hpp", '#include "tacit/port/mqtt/client.hpp"', "gateway may not include port/mqtt"),
    ("tacit/kit/a.hpp", '#include "app/main.hpp"', "not the path of a file in the tree"),
    ("tacit/kit/a.hpp", '#include "ring.hpp"', "not the path of a file in the tree"),
    ("tacit/nomq/a.cpp", '#include "tacit/crypto/backend/openssl_random.hpp"', "may not choose a backend"),
    ("tacit/port/linux/a.cpp", '#include "tacit/crypto/backend/openssl_random.hpp"', "may not choose a backend"),
    ("tacit/crypto/hkdf.cpp", '#include "tacit/crypto/backend/openssl_random.hpp"', "may not choose a backend"),
    ("tacit/nomq/a.cpp", "#include <vector>", "<vector>"),
    ("tacit/nomq/a.cpp", "#include <iostream>", "<iostream>"),
    ("tacit/nomq/a.cpp", "#  include <sys/socket.h>", "<sys/socket.h>"),
    ("tacit/nomq/a.cpp", "#include <bearssl.h>", "<bearssl.h>"),
    ("tacit/crypto/backend/bearssl.cpp", "#include <openssl/evp.h>", "<openssl/evp.h>"),
    ("tacit/crypto/crypto.hpp", "#include <expected>", "<expected>"),
    ("tacit/device/a.cpp", "#include <coroutine>", "<coroutine>"),
    ("tacit/kit/a.hpp", "consteval int one() { return 1; }", "consteval"),
    ("tacit/kit/a.hpp", "using  enum Reason;", "using  enum"),
    ("tacit/kit/a.hpp", "auto x = std::bit_cast<int>(1.0f);", "std::bit_cast"),
    ("tacit/kit/a.hpp", "co_return 1;", "co_return"),
    ("tacit/nomq/a.cpp", "std::expected<int, int> x;", "std::expected"),
    ("tacit/nomq/a.cpp", "std::string x;", "std::string"),
    ("tacit/nomq/a.cpp", "void f() { throw 1; }", "throw"),
    ("tacit/nowhere/a.cpp", "", "do not know the folder nowhere"),
]


class Layers(unittest.TestCase):
    def test_good_files_are_taken(self):
        for path, text in GOOD:
            with self.subTest(path=path, text=text):
                self.assertEqual(refused(path, text), [])

    def test_bad_files_are_refused_for_what_is_bad_about_them(self):
        for path, text, why in BAD:
            with self.subTest(path=path, text=text):
                whys = [found for _, found in refused(path, text)]
                self.assertEqual(len(whys), 1, whys)
                self.assertIn(why, whys[0])

    def test_the_line_is_named(self):
        text = "// one\n/* two\n three */\n#include <vector>\n"
        self.assertEqual([line for line, _ in refused("tacit/kit/a.hpp", text)], [4])


if __name__ == "__main__":
    unittest.main()
