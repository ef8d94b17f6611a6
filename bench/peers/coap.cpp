// CoAP over DTLS with a shared key, with libcoap: a PUT for each message, confirmable or not. What is not confirmable
// has no flow control, and what is goes one at a time unless one asks for more; the sender is ahead by a window.
#include <coap3/coap.h>

#include <cstring>

#include "bench/peers/peer.hpp"

namespace tacit::bench::peers {
namespace {

constexpr std::uint16_t window = 64;
constexpr const char *key = "a key that everybody may know", *identity = "bench", *path = "bench";

std::span<const std::uint8_t> bytes_of(const coap_pdu_t* pdu) {
  std::size_t size = 0;
  const std::uint8_t* data = nullptr;
  coap_get_data(pdu, &size, &data);
  return {data, size};
}

coap_address_t address_of(const Task& task) {
  coap_address_t address;
  coap_address_init(&address);
  address.size = sizeof address.addr.sin;
  address.addr.sin.sin_family = AF_INET;
  address.addr.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.addr.sin.sin_port = htons(task.port);
  return address;
}

coap_bin_const_t text(const char* words) { return {std::strlen(words), reinterpret_cast<const std::uint8_t*>(words)}; }

coap_context_t* begin() {
  coap_startup();
  coap_set_log_level(LOG_CRIT);
  coap_context_t* context = coap_new_context(nullptr);
  check(context != nullptr && coap_dtls_is_supported() != 0, "libcoap: no DTLS in this library");
  return context;
}

void receive(const Task& task, Receiver& receiver) {
  static Receiver* to = nullptr;  // a handler is not told whose it is
  static bool echo = false;
  to = &receiver;
  echo = task.what == What::latency;
  coap_context_t* context = begin();
  coap_dtls_spsk_t keys{};
  keys.version = COAP_DTLS_SPSK_SETUP_VERSION;
  keys.psk_info.hint = text(identity);
  keys.psk_info.key = text(key);
  check(coap_context_set_psk2(context, &keys) != 0, "libcoap: no shared keys in this library");
  const coap_address_t address = address_of(task);
  check(coap_new_endpoint(context, &address, COAP_PROTO_DTLS) != nullptr, "libcoap: cannot bind");
  coap_resource_t* resource = coap_resource_init(coap_make_str_const(path), 0);
  coap_register_handler(
      resource, COAP_REQUEST_PUT,
      [](coap_resource_t*, coap_session_t*, const coap_pdu_t* request, const coap_string_t*, coap_pdu_t* response) {
        const auto message = bytes_of(request);
        to->take(message);
        if (!echo) return;  // no code, no answer
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_CHANGED);
        coap_add_data(response, message.size(), message.data());
      });
  coap_add_resource(context, resource);
  receiver.ready();
  while (!receiver.over()) coap_io_process(context, 10);
}

void send(const Task& task, Sender& sender) {
  static bool answered = false;
  coap_context_t* context = begin();
  coap_dtls_cpsk_t keys{};
  keys.version = COAP_DTLS_CPSK_SETUP_VERSION;
  keys.psk_info.identity = text(identity);
  keys.psk_info.key = text(key);
  const coap_address_t address = address_of(task);
  coap_session_t* session = coap_new_client_session_psk2(context, nullptr, &address, COAP_PROTO_DTLS, &keys);
  check(session != nullptr, "libcoap: cannot connect");
  coap_session_set_nstart(session, window);
  while (coap_session_get_state(session) != COAP_SESSION_STATE_ESTABLISHED) coap_io_process(context, 10);
  coap_register_response_handler(context, [](coap_session_t*, const coap_pdu_t*, const coap_pdu_t*, coap_mid_t) {
    answered = true;
    return COAP_RESPONSE_OK;
  });
  const auto put = [&](std::span<const std::uint8_t> message) {
    coap_pdu_t* pdu = coap_new_pdu(task.qos == 0 ? COAP_MESSAGE_NON : COAP_MESSAGE_CON, COAP_REQUEST_CODE_PUT, session);
    check(pdu != nullptr, "libcoap: no memory");
    if (task.what == What::latency) {
      std::uint8_t token[8];
      std::size_t size = 0;
      coap_session_new_token(session, &size, token);
      coap_add_token(pdu, size, token);
    }
    coap_add_option(pdu, COAP_OPTION_URI_PATH, std::strlen(path), reinterpret_cast<const std::uint8_t*>(path));
    coap_add_data(pdu, message.size(), message.data());
    check(coap_send(session, pdu) != COAP_INVALID_MID, "libcoap: cannot send");
  };
  if (task.what == What::latency) {
    sender.each_exchange([&](auto message) {
      answered = false;
      put(message);
      while (!answered) coap_io_process(context, 10);
    });
    return;
  }
  for (std::uint64_t n = 0; sender.goes_on();) {
    if (sender.full(window)) {
      if (task.qos == 0) doze();  // nothing will come back
      else coap_io_process(context, 1);
      continue;
    }
    put(sender.next());
    if (task.qos != 0 && ++n % 16 == 0) coap_io_process(context, COAP_IO_NO_WAIT);  // acknowledgements
  }
  while (sender.waits_for_the_rest()) coap_io_process(context, 10);
}

}  // namespace
}  // namespace tacit::bench::peers

int main(int argc, char** argv) {
  using namespace tacit::bench::peers;
  return run(argc, argv, receive, send);
}
