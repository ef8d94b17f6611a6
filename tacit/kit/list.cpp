#include "tacit/kit/list.hpp"

namespace tacit::detail {

void Linked::unlink() {
  before_->after_ = after_;
  after_->before_ = before_;
  before_ = after_ = this;
}

void Linked::link_before(Linked& place) {
  unlink();
  before_ = place.before_, after_ = &place;
  before_->after_ = place.before_ = this;
}

}  // namespace tacit::detail
