#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>
#include <functional>
#include <memory>
#include <tuple>

namespace tacit::host {

// A completion handler of any type, for operations that are compiled once and not with each of them. It is called
// once, with post(), on its own executor (or the one given), and until then there is work to do there.
template <class... Args> class Completion {
 public:
  Completion() = default;

  template <class Handler>
  Completion(Handler handler, const asio::any_io_executor& otherwise)
      : model_(std::make_unique<Model<Handler>>(std::move(handler), otherwise)) {}

  explicit operator bool() const { return model_ != nullptr; }
  void operator()(Args... args) { std::exchange(model_, nullptr)->complete(std::move(args)...); }

  // What is done when the handler's owner cancels; where there is no cancellation slot, never. It is posted, so it
  // may complete the operation.
  void on_cancel(std::function<void()> cancel) { model_->on_cancel(std::move(cancel)); }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual void complete(Args...) = 0;
    virtual void on_cancel(std::function<void()>) = 0;
  };

  template <class Handler> struct Model final : Concept {
    Model(Handler h, const asio::any_io_executor& otherwise)
        : executor(otherwise), work(asio::prefer(asio::any_io_executor(asio::get_associated_executor(h, otherwise)),
                                                 asio::execution::outstanding_work.tracked)),
          handler(std::move(h)) {}

    void complete(Args... args) override {
      if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
      asio::post(work, [h = std::move(handler), all = std::make_tuple(std::move(args)...)]() mutable {
        std::apply(std::move(h), std::move(all));
      });
    }
    void on_cancel(std::function<void()> cancel) override {
      if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected())
        slot.assign([on = executor, cancel = std::move(cancel)](asio::cancellation_type) { asio::post(on, cancel); });
    }

    asio::any_io_executor executor, work;
    Handler handler;
  };

  std::unique_ptr<Concept> model_;
};

}  // namespace tacit::host
