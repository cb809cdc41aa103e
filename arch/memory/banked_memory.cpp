// SPDX-License-Identifier: Apache-2.0
// First come, first served on each bank.
#include "arch/memory/banked_memory.hpp"

#include "sim/base/error.hpp"

#include <algorithm>

namespace lodestone::memory {

BankedMemory::BankedMemory(const spec::CoreMemorySpec& spec)
    : line_(spec.width.count() / spec.banks), free_(spec.banks), busy_(spec.banks) {
    check_invariant(line_ > 0 && spec.width.count() % spec.banks == 0,
                    "a memory width that its banks do not divide is refused when the machine is read");
}

Grant BankedMemory::reserve(Bytes address, Bytes amount, Cycles earliest) {
    while (!posted_.empty() && posted_.front().arrival <= earliest) {
        const Posted& write = posted_.front();
        posted_end_ = std::max(posted_end_, grant(write.address, write.amount, write.arrival).end);
        posted_.pop_front();
    }
    return grant(address, amount, earliest);
}

void BankedMemory::post_write(Bytes address, Bytes amount, Cycles arrival) {
    posted_.push_back({.address = address, .amount = amount, .arrival = arrival});
}

Cycles BankedMemory::settle(Cycles now) {
    for (const Posted& write : posted_) {
        posted_end_ = std::max(posted_end_, grant(write.address, write.amount, write.arrival).end);
    }
    posted_.clear();
    return std::max(posted_end_, now);
}

std::size_t BankedMemory::post_background_read(Bytes amount, Cycles from) {
    background_.push_back({.from = from.count(), .left = ceil_div(amount.count(), line_ * free_.size())});
    return background_.size() - 1;
}

Cycles BankedMemory::finish_background_read(std::size_t ticket, Cycles now) {
    serve_background(now.count());
    while (oldest_background_ <= ticket) {
        take_all_banks(now.count(), background_[oldest_background_].left);
    }
    return Cycles(background_[ticket].end);
}

void BankedMemory::serve_background(std::uint64_t until) {
    while (oldest_background_ < background_.size()) {
        const std::uint64_t begin = std::max(all_free(), background_[oldest_background_].from);
        if (begin >= until) {
            return;
        }
        take_all_banks(begin, until - begin);
    }
}

void BankedMemory::take_all_banks(std::uint64_t earliest, std::uint64_t most) {
    Background& read = background_[oldest_background_];
    const std::uint64_t begin = std::max(all_free(), earliest);
    const std::uint64_t turns = std::min(most, read.left);
    std::ranges::fill(free_, begin + turns);
    for (std::uint64_t& busy : busy_) {
        busy += turns;
    }
    read.left -= turns;
    if (read.left == 0) {
        read.end = begin + turns;
        ++oldest_background_;
    }
}

std::uint64_t BankedMemory::all_free() const {
    return *std::ranges::max_element(free_);
}

Grant BankedMemory::grant(Bytes address, Bytes amount, Cycles earliest) {
    serve_background(earliest.count());
    if (amount.count() == 0) {
        return {.begin = earliest, .end = earliest};
    }
    const std::uint64_t banks = free_.size();
    const std::uint64_t first_line = address.count() / line_;
    const std::uint64_t lines = (address.count() + amount.count() - 1) / line_ - first_line + 1;
    const std::uint64_t each = lines / banks;
    const std::uint64_t one_more = lines % banks;
    std::uint64_t begin = ~std::uint64_t{0};
    std::uint64_t end = 0;
    std::uint64_t bank = first_line % banks;
    for (std::uint64_t i = 0; i < std::min(lines, banks); ++i) {
        const std::uint64_t turns = each + (i < one_more ? 1 : 0);
        const std::uint64_t start = std::max(free_[bank], earliest.count());
        free_[bank] = start + turns;
        busy_[bank] += turns;
        begin = std::min(begin, start);
        end = std::max(end, start + turns);
        bank = bank + 1 == banks ? 0 : bank + 1;
    }
    conflict_ += end - (earliest.count() + each + (one_more > 0 ? 1 : 0));
    return {.begin = Cycles(begin), .end = Cycles(end)};
}

Cycles BankedMemory::close_window(Cycles now) {
    serve_background(now.count()); // what took idle turns before `now` belongs to this window
    std::uint64_t busiest = 0;
    for (std::size_t bank = 0; bank < busy_.size(); ++bank) {
        const std::uint64_t ahead = free_[bank] > now.count() ? free_[bank] - now.count() : 0;
        const std::uint64_t carried = std::min(busy_[bank], ahead);
        busiest = std::max(busiest, busy_[bank] - carried);
        busy_[bank] = carried;
    }
    return Cycles(busiest);
}

} // namespace lodestone::memory
