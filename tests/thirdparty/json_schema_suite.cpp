// Runs directories of the JSON Schema Test Suite against our validator, by the letter of the drafts:
//
//   json_schema_suite BASELINE NAME=DIRECTORY...
//
// Prints what passes of each file. The baseline lists, with reasons, the cases that do not: one that fails
// and is not listed fails the run, and so does one that is listed and passes, so that the list only shrinks.
// Exit 77: a directory is missing (its package is not installed), and nothing else was wrong.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "shared/schema/document.hpp"

namespace {

using namespace agenta::schema;
namespace fs = std::filesystem;

struct Score {
  int passed = 0;
  int total = 0;
};

/// Cases by name. Two of the same name count as one, which passes where both do.
using Results = std::map<std::string, bool>;

void run_file(fs::path const& file, std::string const& name, Rules const& rules, Results& results,
              Score& score) {
  std::ifstream in{file};
  for (Json const& group : Json::parse(in)) {
    auto const document = compile(group.at("schema"), rules);
    for (Json const& test : group.at("tests")) {
      bool const fits = check(*document, test.at("data")).total == 0;
      bool const passed = fits == test.at("valid").get<bool>();
      std::string const title = name + ": " + group.at("description").get<std::string>() + " | " +
                                test.at("description").get<std::string>();
      auto const [found, is_new] = results.try_emplace(title, passed);
      found->second = found->second && passed;
      ++score.total;
      score.passed += passed ? 1 : 0;
    }
  }
}

/// Formats are asserted where the suite says that they are.
Rules rules_for(fs::path const& directory, std::string const& file) {
  Rules rules;
  rules.dialect = directory.filename() == "draft7" ? Dialect::draft7 : Dialect::draft2020_12;
  rules.assert_formats = file.starts_with("optional/format/") || file == "optional/ecmascript-regex.json";
  return rules;
}

void run_directory(std::string const& name, fs::path const& directory, Results& results) {
  std::vector<std::string> files;
  for (auto const& entry : fs::recursive_directory_iterator{directory}) {
    if (entry.path().extension() == ".json") files.push_back(fs::relative(entry.path(), directory).string());
  }
  std::ranges::sort(files);
  std::map<std::string, Score> parts{{"required", {}}, {"optional", {}}, {"format", {}}};
  for (std::string const& file : files) {
    Score score;
    run_file(directory / file, name + "/" + file, rules_for(directory, file), results, score);
    std::cout << "  " << name << "/" << file << ": " << score.passed << "/" << score.total << '\n';
    Score& part = parts[file.starts_with("optional/format/") ? "format"
                        : file.starts_with("optional/")      ? "optional"
                                                             : "required"];
    part.passed += score.passed;
    part.total += score.total;
  }
  for (auto const& [part, score] : parts)
    std::cout << name << ", " << part << ": " << score.passed << " of " << score.total << '\n';
}

/// The lines that are no comment.
std::set<std::string> read_baseline(char const* path) {
  std::set<std::string> listed;
  std::ifstream in{path};
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') listed.insert(line);
  }
  return listed;
}

int compare(Results const& results, std::set<std::string> const& listed) {
  int wrong = 0;
  for (auto const& [title, passed] : results) {
    if (passed == !listed.contains(title)) continue;
    std::cout << (passed ? "PASSES, AND IS LISTED " : "FAILS ") << title << '\n';
    ++wrong;
  }
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: json_schema_suite BASELINE NAME=DIRECTORY...\n";
    return 2;
  }
  Results results;
  int missing = 0;
  for (int i = 2; i < argc; ++i) {
    std::string const argument = argv[i];
    std::size_t const equals = argument.find('=');
    fs::path const directory = argument.substr(equals + 1);
    if (fs::is_directory(directory)) {
      run_directory(argument.substr(0, equals), directory, results);
    } else {
      std::cout << "skipped: there is no " << directory.string() << '\n';
      ++missing;
    }
  }
  int const wrong = compare(results, read_baseline(argv[1]));
  std::cout << results.size() << " cases in all, " << wrong << " not as the baseline says, " << missing
            << " directories skipped\n";
  if (wrong > 0) return 1;
  return missing > 0 ? 77 : 0;
}
