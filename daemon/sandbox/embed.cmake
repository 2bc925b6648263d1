# Writes OUTPUT, which defines embedded_catalogue() over FILES (a list, kept in its order).
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} content)
  string(APPEND entries "    {\"${name}\", R\"agenta(${content})agenta\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"daemon/sandbox/embedded_catalogue.hpp\"

namespace agenta::daemon::sandbox {
namespace {
constexpr EmbeddedFile kFiles[] = {
${entries}};
}  // namespace

std::span<EmbeddedFile const> embedded_catalogue() { return kFiles; }

}  // namespace agenta::daemon::sandbox
")
