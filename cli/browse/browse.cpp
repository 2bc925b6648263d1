#include "cli/browse/browse.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <optional>

#include "cli/browse/job_control.hpp"
#include "cli/browse/model.hpp"
#include "cli/browse/program.hpp"
#include "cli/browse/requester.hpp"
#include "cli/browse/signal_pipe.hpp"
#include "cli/browse/view.hpp"
#include "cli/terminal/sanitize.hpp"
#include "cli/terminal/shell_line.hpp"
#include "shared/base/synchronized.hpp"
#include "shared/base/try.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::cli::browse {
namespace {

/// Between two letters of somebody who types there is less; to somebody who waits it is nothing.
constexpr std::chrono::milliseconds kPause{40};
constexpr int kSecond = 1000;  // milliseconds

/// The answers that came in, and a descriptor that is readable while there are some.
class Inbox {
 public:
  Inbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  int fd() const { return event_.get(); }
  void put(Answer answer) {
    answers_.with([&](auto& answers) { answers.push_back(std::move(answer)); });
    wake();
  }
  void wake() const {
    std::uint64_t const one = 1;
    [[maybe_unused]] ssize_t const written = ::write(event_.get(), &one, sizeof one);
  }
  std::vector<Answer> take() {
    std::uint64_t count = 0;
    [[maybe_unused]] ssize_t const got = ::read(event_.get(), &count, sizeof count);
    return answers_.with([](auto& answers) { return std::exchange(answers, {}); });
  }

 private:
  UniqueFd event_;
  Synchronized<std::vector<Answer>> answers_{};
};

/// The model, wired to a terminal and to a source.
class Browser {
 public:
  Browser(UniqueFd tty, std::unique_ptr<Screen> screen, Options options)
      : tty_(std::move(tty)),
        screen_(std::move(screen)),
        options_(std::move(options)),
        model_(screen_->measure(), options_.words),
        requester_(
            options_.source, [this](Answer answer) { inbox_.put(std::move(answer)); }, kPause) {}

  Result<std::string> run() {
    std::stop_callback const wake{options_.stop, [this] { inbox_.wake(); }};
    carry_out(model_.start());
    while (!is_over_) {
      screen_->draw(draw(model_));
      wait();
    }
    // Before anything is waited for: whoever leaves has his terminal back.
    screen_->leave();
    if (error_) return fail(std::move(*error_));
    return copied_;
  }

 private:
  void wait() {
    std::array<pollfd, 3> sources{pollfd{.fd = tty_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = inbox_.fd(), .events = POLLIN, .revents = 0}};
    int const ready = ::poll(sources.data(), sources.size(), model_.is_waiting() ? kSecond : -1);
    if (ready == 0) model_.tick();
    for (int const number : signals_.take()) take_signal(number);
    for (Answer& answer : inbox_.take()) carry_out(model_.receive(std::move(answer)));
    if (options_.stop.stop_requested()) end(SIGINT);
    if ((sources[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) end(SIGHUP);
    if ((sources[0].revents & POLLIN) == 0) return;
    for (Key const& key : screen_->read_keys()) {
      if (!is_over_) take_key(key);
    }
  }

  void take_key(Key const& key) {
    if (key.name == Key::Name::suspend) {
      suspend();
    } else if (key.name == Key::Name::redraw) {
      screen_->forget();
    } else {
      carry_out(model_.press(key));
    }
  }

  void take_signal(int number) {
    switch (number) {
      case SIGWINCH: carry_out(model_.resize(screen_->measure())); break;
      case SIGTSTP: suspend(); break;
      case SIGCONT: come_back(); break;
      default: end(number);
    }
  }

  /// Stops the whole job, as the terminal's own Ctrl-Z does.
  void suspend() {
    if (!may_stop_job()) {
      model_.say("Ctrl-Z: there is no shell to come back from; it waits for this to end.");
      return;
    }
    screen_->leave();
    signals_.let_stop(true);
    ::kill(0, SIGTSTP);
    signals_.let_stop(false);
    come_back();
  }

  void come_back() {
    screen_->enter();
    carry_out(model_.resize(screen_->measure()));
  }

  void end(int number) {
    is_over_ = true;
    Error error;
    error.code = number == SIGINT ? ErrorCode::cancelled : ErrorCode::terminated;
    error.message = number == SIGINT   ? "interrupted"
                    : number == SIGHUP ? "the terminal hung up"
                                       : "terminated";
    error_ = std::move(error);
  }

  void carry_out(Effects effects) {
    if (effects.forgets || !effects.ask.empty()) requester_.ask(std::move(effects.ask), effects.forgets);
    if (effects.copy) copy(std::move(*effects.copy));
    if (!effects.connect.empty()) connect(effects.connect);
    is_over_ = is_over_ || effects.quit;
  }

  void copy(std::string command) {
    copied_ = std::move(command);
    model_.say((screen_->copy(copied_) ? "Copied, and printed on leaving: " : "Printed on leaving: ") +
               copied_);
  }

  /// Runs the plain command where the user sees it, and comes back at a key.
  void connect(std::vector<std::string> const& words) {
    auto const argv = options_.program(words);
    screen_->leave();
    std::vector<std::string> shown = argv;
    shown.front() = std::filesystem::path{argv.front()}.filename();
    write("$ " + visible(shell_line(shown)) + "\n");
    auto const ended = run_on_terminal(tty_.get(), argv, signals_);
    if (!ended) {
      model_.say(ended.error().message);
    } else if (ended->signal != 0) {
      end(ended->signal);
    } else {
      wait_for_key();
      model_.say(ended->code == 0 ? "" : "connect ended with exit code " + std::to_string(ended->code) + ".");
    }
    if (is_over_) return;
    come_back();
    carry_out(model_.reload());
  }

  void write(std::string const& text) const {
    [[maybe_unused]] ssize_t const written = ::write(tty_.get(), text.data(), text.size());
  }

  void wait_for_key() {
    write("\nAny key goes back to the catalogue.");
    screen_->listen();
    std::array<pollfd, 2> sources{pollfd{.fd = tty_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = signals_.fd(), .events = POLLIN, .revents = 0}};
    for (bool has_key = false; !has_key && !is_over_;) {
      ::poll(sources.data(), sources.size(), -1);
      for (int const number : signals_.take()) {
        if (number != SIGWINCH && number != SIGCONT && number != SIGTSTP) end(number);
      }
      if ((sources[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) end(SIGHUP);
      has_key = (sources[0].revents & POLLIN) != 0 && !screen_->read_keys().empty();
    }
  }

  UniqueFd tty_;
  std::unique_ptr<Screen> screen_;
  Options options_;
  SignalPipe signals_{};
  Inbox inbox_{};
  Model model_;
  std::string copied_{};
  std::optional<Error> error_{};
  bool is_over_ = false;
  Requester requester_;  // last: its thread uses the inbox
};

}  // namespace

Result<std::string> run(Options options) {
  UniqueFd tty{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
  if (!tty) return fail(ErrorCode::input_needed, "there is no terminal to browse on");
  AGENTA_TRY(auto screen, Screen::take_over(tty.get(), options.has_color));
  return Browser{std::move(tty), std::move(screen), std::move(options)}.run();
}

}  // namespace agenta::cli::browse
