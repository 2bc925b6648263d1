#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "daemon/net/worker_pool.hpp"

namespace agenta::daemon {

namespace asio = boost::asio;

/// Runs blocking work on a pool and resumes the awaiting coroutine on its own executor with the result. An
/// exception of the work is rethrown there. Name the operation, then await the name (g++ 12 miscompiles the
/// other way):
///
///   auto work = on_pool(workers, [call] { return tools.execute(call); });
///   auto result = co_await std::move(work);
template <class F>
asio::awaitable<std::invoke_result_t<F&>> on_pool(WorkerPool& pool, F job) {
  using R = std::invoke_result_t<F&>;
  struct Shared {
    explicit Shared(F f) : work(std::move(f)) {}
    F work;
    std::optional<R> result{};
    std::exception_ptr error{};
  };
  auto shared = std::make_shared<Shared>(std::move(job));
  auto executor = co_await asio::this_coro::executor;

  auto start = [&pool, executor, shared](auto handler) {
    auto done = [guard = asio::make_work_guard(executor), handler = std::move(handler)]() mutable {
      auto back = guard.get_executor();
      asio::post(back, [resume = std::move(handler)]() mutable { std::move(resume)(); });
    };
    pool.post([shared, finish = std::move(done)]() mutable {
      try {
        shared->result.emplace(shared->work());
      } catch (...) {
        shared->error = std::current_exception();
      }
      finish();
    });
  };
  auto operation =
      asio::async_initiate<asio::use_awaitable_t<> const&, void()>(std::move(start), asio::use_awaitable);
  co_await std::move(operation);
  if (shared->error) std::rethrow_exception(shared->error);
  co_return std::move(*shared->result);
}

}  // namespace agenta::daemon
