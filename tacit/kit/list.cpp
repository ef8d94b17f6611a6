#include "tacit/kit/list.hpp"

namespace tacit::detail {

void Linked::unlink() {
  if (!linked()) return;
  if (before_ == after_) {  // both are the ends: this was the only element
    before_->before_ = before_->after_ = nullptr;
  } else {
    before_->after_ = after_;
    after_->before_ = before_;
  }
  before_ = after_ = nullptr;
}

void Linked::push_back(Linked& element) {
  element.unlink();
  if (!linked()) before_ = after_ = this;
  link(element, *before_, *this);
}

void Linked::push_front(Linked& element) {
  element.unlink();
  if (!linked()) before_ = after_ = this;
  link(element, *this, *after_);
}

void Linked::link(Linked& element, Linked& before, Linked& after) {
  element.before_ = &before, element.after_ = &after;
  before.after_ = after.before_ = &element;
}

}  // namespace tacit::detail
