/* One station that runs the original C implementation of USMP, driven by lines.
 *
 * usage: original_station tcp|udp PORT PSK
 *
 * It is a client, as the original has no server in C; its device id is that of the original's port. The original's
 * usmp_recv waits until something comes, so this station receives only when told to. What it is told and what it says
 * is in usmp_original_test.py, beside the class Station. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usmp.h"

static size_t from_hex(const char* text, uint8_t* out, size_t room) {
  size_t size = strlen(text) / 2;
  if (size > room) exit(2);
  for (size_t i = 0; i < size; i++) {
    unsigned byte = 0;
    if (sscanf(text + 2 * i, "%2x", &byte) != 1) exit(2);
    out[i] = (uint8_t)byte;
  }
  return size;
}

static void say(const char* word) {
  puts(word);
  fflush(stdout);
}

static void say_message(const uint8_t* bytes, int size) {
  fputs("message ", stdout);
  for (int i = 0; i < size; i++) printf("%02x", bytes[i]);
  say("");
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int udp = strcmp(argv[1], "udp") == 0;
  const int port = atoi(argv[2]);
  uint8_t psk[64];
  usmp_t session = {0};
  session.psk = psk;
  session.psk_len = from_hex(argv[3], psk, sizeof(psk));

  usmp_transport_t transport = {0};
  static char line[2 * USMP_MAX_DATA_LEN * USMP_MAX_FRAMES + 64];
  static char argument[sizeof(line)];
  static uint8_t message[USMP_MAX_DATA_LEN * USMP_MAX_FRAMES];
  char verb[16];
  while (fgets(line, sizeof(line), stdin)) {
    argument[0] = '\0';
    if (sscanf(line, "%15s %s", verb, argument) < 1) continue;
    if (strcmp(verb, "connect") == 0) {
      const int opened = udp ? usmp_transport_udp_init(&transport, "127.0.0.1", port)
                             : usmp_transport_tcp_init(&transport, "127.0.0.1", port);
      say(opened == 0 && usmp_connect(&session, &transport) == USMP_OK ? "connected" : "refused");
    } else if (strcmp(verb, "reconnect") == 0) {
      say(usmp_reconnect(&session) == USMP_OK ? "connected" : "refused");
    } else if (strcmp(verb, "send") == 0) {
      const size_t size = from_hex(argument, message, sizeof(message));
      say(usmp_send(&session, message, (uint16_t)size) == USMP_OK ? "delivered" : "failed");
    } else if (strcmp(verb, "receive") == 0) {
      const int size = usmp_recv(&session, message, sizeof(message));
      if (size < 0) {
        say("closed");
      } else {
        say_message(message, size);
      }
    } else if (strcmp(verb, "ping") == 0) {
      say(usmp_ping(&session) == USMP_OK ? "pinged" : "failed");
    } else if (strcmp(verb, "rekey") == 0) {
      say(usmp_rekey(&session) == USMP_OK ? "rekeyed" : "failed");
    } else if (strcmp(verb, "bye") == 0) {
      usmp_close(&session);
      say("left");
    }
  }
  return 0;
}
