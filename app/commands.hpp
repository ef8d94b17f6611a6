#pragma once

namespace tacit::app {

class Program;

// Each adds one command to the program; one file a command.
void add_bench(Program&);
void add_completion(Program&);
void add_config(Program&);
void add_conformance(Program&);
void add_device(Program&);
void add_doctor(Program&);
void add_e2e(Program&);
void add_find(Program&);
void add_key(Program&);
void add_man(Program&);
void add_peers(Program&);
void add_ping(Program&);
void add_pub(Program&);
void add_reasons(Program&);
void add_shell(Program&);
void add_stats(Program&);
void add_sub(Program&);
void add_usmp(Program&);
void add_version(Program&);

}  // namespace tacit::app
